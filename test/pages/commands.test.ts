import { describe, expect, it } from '@jest/globals';
import { commandsOf, withoutRemark } from './commands.ts';

const WORDS = { verbs: ['sync', 'test', 'errors'] };
const textsOf = (...lines: string[]) => commandsOf('page.md', lines.join('\n'), WORDS).map(({ text }) => text);

describe('the commands of a page', () => {
  it('stand in blocks, without the remarks beside them', () => {
    expect(
      textsOf(
        ...['Words.', '', '    make demo            # stays up', "    echo 'a # b' # c", '    # a line of its own', ''],
        ...['    ONCE=1 make demo', '', '1. One', '', '       kubectl get pods'],
      ),
    ).toEqual(['make demo', "echo 'a # b'", 'ONCE=1 make demo', 'kubectl get pods']);
  });

  it('are whole: lines that go on, here-documents, statements', () => {
    expect(textsOf('', '    helm install a \\', '      --wait \\', '      --set b=c', '    ls')).toEqual([
      ...['helm install a --wait --set b=c', 'ls'],
    ]);
    expect(textsOf('', '    cat > a <<EOS', '    a:', '      - b: c', '    EOS', '    ls')).toEqual([
      ...['cat > a <<EOS\na:\n  - b: c\nEOS', 'ls'],
    ]);
    expect(textsOf('', '    SELECT 1', '    FROM a;')).toEqual(['SELECT 1\nFROM a;']);
  });

  it('stand in a shell fence, in no other', () => {
    expect(textsOf('```sh', 'helm show crds x | kubectl apply -f -', '```', '```yaml', 'make: a b', '```')).toEqual([
      'helm show crds x | kubectl apply -f -',
    ]);
  });

  it('may be programs that nobody thought of, beside one that is known', () => {
    expect(textsOf('', '    kubectl get pods', '    frobnicate --all')).toEqual([
      'kubectl get pods',
      'frobnicate --all',
    ]);
  });

  it('are not what is printed, nor YAML, nor requests, nor lists', () => {
    expect(
      textsOf(
        ...['', '    apiVersion: v1', '    kind: Secret', '', 'a', '', '    orders    63   0', '', 'b', ''],
        ...['    GET /orders  200', '', '- a', '    - make it so'],
      ),
    ).toEqual([]);
  });

  it('stand in sentences, with a word behind the program', () => {
    expect(textsOf('Say `kubectl get pods -n X`, or `kubectl`, or `go on`; `ONCE=1 make demo` ends.')).toEqual([
      ...['kubectl get pods -n X', 'ONCE=1 make demo'],
    ]);
  });

  it('go on in a sentence that has named supercargo', () => {
    expect(textsOf('`test A` and `kubectl supercargo sync A`, `test B`, `errors`, `order 1`')).toEqual([
      ...['kubectl supercargo sync A', 'kubectl supercargo test B'],
    ]);
  });

  it('say where they stand', () => {
    expect(commandsOf('page.md', 'a\n\n`make a`\n\n    make b \\\n      c\n', WORDS)).toEqual([
      { page: 'page.md', line: 3, text: 'make a' },
      { page: 'page.md', line: 5, text: 'make b c' },
    ]);
  });
});

it('a remark begins with a # of its own, outside of quotes', () => {
  expect(withoutRemark('a "#b" #c')).toBe('a "#b"');
  expect(withoutRemark('curl http://x/#y')).toBe('curl http://x/#y');
});
