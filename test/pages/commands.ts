/** A command as a page has it, and where it stands. */
export interface PageCommand {
  readonly page: string;
  readonly line: number;
  /** As a reader would copy it: continued lines and here-documents whole, without the page's remark behind it. */
  readonly text: string;
}

/** What a page is read with. */
export interface Vocabulary {
  /** First words of what `supercargo` understands: a sentence that has named it once goes on with these alone. */
  readonly verbs: readonly string[];
}

/** A command in a block begins so, behind variables that are set for it. */
const PROGRAMS = [
  ...['supercargo', './supercargo', 'kubectl', 'helm', 'oc', 'argocd', 'flux', 'kind', 'kustomize', 'k9s'],
  ...['docker', 'podman', 'crane', 'skopeo', 'cosign', 'syft', 'trivy', 'buildah', 'ctr', 'nsenter'],
  ...['make', 'npm', 'npx', 'node', 'node_modules/.bin/node', 'go', 'git', 'python', 'python3', 'pip'],
  ...['psql', 'pg_dump', 'pg_dumpall', 'pg_restore', 'createdb', 'mysql', 'redis-cli', 'sqlite3'],
  ...['curl', 'wget', 'openssl', 'ssh', 'scp', 'rsync', 'jq', 'yq', 'base64', 'sha256sum', 'htpasswd', 'tar'],
  ...['cp', 'mv', 'rm', 'mkdir', 'ln', 'cat', 'chmod', 'chown', 'echo', 'export', 'source', 'cd', 'sudo', 'tee'],
  ...['apt', 'apt-get', 'brew', 'systemctl', 'journalctl', 'kill', 'aws', 'gcloud', 'az', 'terraform', 'bin/magento'],
];
/** In a sentence these are words like any others, unless an option follows. */
const WORDS_TOO = new Set(['kind', 'go', 'cat', 'cp', 'echo', 'kill', 'tee', 'flux', 'az', 'cd', 'tar']);
const SHELL_FENCE = /^(?:sh|bash|shell|console)?$/;
const SQL = /^(?:SELECT|INSERT|UPDATE|DELETE|ALTER|VACUUM|CREATE|DROP|REINDEX) /;
const CRON = /^(?:[\d*,/-]+ +){4}[\d*,/-]+ +(?=\S)/;
const DRAWING = /[─│┌└▼▲]/;
const SETTINGS = /^(?:[A-Z_][A-Z0-9_]*=(?:\$\([^)]*\)|"[^"]*"|\S*)(?:\s+|$))+/;

interface Row {
  readonly line: number;
  readonly text: string;
  /** How far it is indented on the page. */
  readonly indent?: number;
}

/** All commands of a page, in its order. */
export function commandsOf(page: string, markdown: string, words: Vocabulary): PageCommand[] {
  const { blocks, prose } = partsOf(markdown);
  const found = [
    ...blocks.filter(isShell).flatMap((block) => joined(block)),
    ...prose.flatMap((row) => inSentence(row, words)),
  ];
  return found.map(({ line, text }) => ({ page, line, text })).sort((a, b) => a.line - b.line);
}

/** The page's blocks of code that may hold commands, and its other lines. */
function partsOf(markdown: string): { blocks: Row[][]; prose: Row[] } {
  const blocks: Row[][] = [];
  const prose: Row[] = [];
  let fence: { mark: string; shell: boolean; rows: Row[] } | undefined;
  let indented: Row[] | undefined;
  for (const [index, whole] of markdown.split('\n').entries()) {
    const row = { line: index + 1, text: whole.trim(), indent: /^ */.exec(whole)![0].length };
    const edge = /^ *(```|~~~)(\w*)/.exec(whole);
    if (fence) {
      if (edge?.[1] !== fence.mark) fence.rows.push(row);
      else {
        if (fence.shell) blocks.push(fence.rows);
        fence = undefined;
      }
    } else if (edge) {
      fence = { mark: edge[1]!, shell: SHELL_FENCE.test(edge[2]!), rows: [] };
      indented = undefined;
    } else if (/^ {4,}\S/.test(whole) && (!/^ *(?:[-*]|\d+\.) /.test(whole) || indented?.at(-1)?.line === index)) {
      if (!indented) blocks.push((indented = []));
      indented.push(row);
    } else {
      // A blank line within a block is one of its lines; other words end it.
      if (row.text !== '') indented = undefined;
      prose.push(row);
    }
  }
  return { blocks, prose };
}

/** A block with one line that is a command has commands alone: a program that nobody thought of is found, too. */
function isShell(block: readonly Row[]): boolean {
  if (block.some(({ text }) => DRAWING.test(text))) return false;
  return block.some(({ text }) => {
    const command = text.replace(CRON, '').replace(SETTINGS, '');
    return SQL.test(text) || isProgram(command) || (command === '' && SETTINGS.test(text));
  });
}

function isProgram(text: string): boolean {
  // A variable that was set for it before, as `$JEST`.
  return PROGRAMS.includes(text.split(/\s/)[0]!) || /^\$[A-Z]+ /.test(text);
}

/** The commands of a block: a line each, with the lines that it is continued on and the here-document that it reads. */
function joined(block: readonly Row[]): Row[] {
  const commands: Row[] = [];
  const rows = [...block];
  for (let row = rows.shift(); row; row = rows.shift()) {
    let text = withoutRemark(row.text);
    if (text === '') continue;
    while (text.endsWith('\\') && rows.length > 0)
      text = `${text.slice(0, -1).trimEnd()} ${withoutRemark(rows.shift()!.text)}`;
    const end = /<<-?\s*'?(\w+)'?/.exec(text)?.[1];
    while (end !== undefined && rows.length > 0 && !text.endsWith(`\n${end}`)) text += `\n${below(row, rows.shift()!)}`;
    while (SQL.test(text) && !text.endsWith(';') && rows.length > 0) text += `\n${rows.shift()!.text}`;
    commands.push({ line: row.line, text });
  }
  return commands;
}

/** A line of a here-document, as far in as it stands below its command: in YAML that means something. */
function below({ indent = 0 }: Row, line: Row): string {
  return ' '.repeat(Math.max(0, (line.indent ?? 0) - indent)) + line.text;
}

/** Without what the page says of it behind a `#`; one within quotes is no remark. */
export function withoutRemark(text: string): string {
  let quote = '';
  for (const [at, sign] of [...text].entries()) {
    if (quote !== '') quote = sign === quote ? '' : quote;
    else if (sign === '"' || sign === "'") quote = sign;
    else if (sign === '#' && (at === 0 || /\s/.test(text[at - 1]!))) return text.slice(0, at).trimEnd();
  }
  return text.trimEnd();
}

/** In backticks: a program and at least one word more. "`supercargo sync A`, `test A`" are two of supercargo's. */
function inSentence({ line, text }: Row, { verbs }: Vocabulary): Row[] {
  const commands: Row[] = [];
  let ours: string | undefined;
  for (const [, span] of text.matchAll(/`([^`]+)`/g)) {
    const command = span!.replace(SETTINGS, '');
    const [first = '', second] = command.split(/\s+/);
    if (second !== undefined && isProgram(command) && (!WORDS_TOO.has(first) || / -/.test(command))) {
      commands.push({ line, text: span! });
      if (/supercargo /.test(command)) ours = /^.*?supercargo(?= )/.exec(command)![0];
    } else if (SQL.test(span!) && span!.endsWith(';')) commands.push({ line, text: span! });
    else if (ours !== undefined && second !== undefined && verbs.includes(first))
      commands.push({ line, text: `${ours} ${span!}` });
  }
  return commands;
}
