import type { CommandRow } from '../surface/command.ts';
import { fileKind, flagWords, spellings } from '../surface/flag-words.ts';
import { commandWords, type Candidate, type Completable } from './candidates.ts';

/** In single quotes; what zsh's own functions read as marks is escaped before. */
const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;
const inBrackets = (text: string): string => text.replaceAll(/[[\]\\]/g, String.raw`\$&`);
const described = ({ word, description }: Candidate): string => quoted(`${word}:${description}`);

/** A function for zsh's completion: sourced after compinit, or a file "_supercargo" of $fpath. */
export function zshScript(table: Completable): string {
  const groups = Object.keys(table.groups);
  const single = table.commands.filter(({ name }) => !name.includes(' '));
  return `#compdef supercargo kubectl-supercargo
# zsh completion of supercargo, made by "supercargo completion zsh".
_supercargo() {
  local -a commands
  if (( CURRENT == 2 )); then
    commands=(${commandWords(table).map(described).join(' ')})
    _describe command commands
    return
  fi
  shift words
  (( CURRENT-- ))
  case $words[1] in
${groups
  .map(
    (group) => `    ${group})
      if (( CURRENT == 2 )); then
        commands=(${commandWords(table, group).map(described).join(' ')})
        _describe command commands
        return
      fi
      shift words
      (( CURRENT-- ))
      case $words[1] in
${table.commands
  .filter(({ name }) => name.startsWith(`${group} `))
  .map((command) => `    ${caseOf(command).replaceAll('\n', '\n    ')}`)
  .join('\n')}
      esac
      ;;`,
  )
  .join('\n')}
${single.map(caseOf).join('\n')}
  esac
}

if [[ $funcstack[1] == _supercargo ]]; then _supercargo "$@"; else compdef _supercargo supercargo kubectl-supercargo; fi
`;
}

function caseOf({ name, flags = [], args = [] }: CommandRow): string {
  const specs = [
    ...flags.flatMap((flag) =>
      spellings(flag).map((word) => {
        const others = spellings(flag).join(' ');
        const { value } = flagWords(flag);
        const action = value === undefined ? '' : `:${value}:${actionOf(flag.usage, flag.choices)}`;
        return quoted(`(${others})${word}[${inBrackets(flag.description)}]${action}`);
      }),
    ),
    ...args.map(({ usage, words }, at) => {
      const many = usage.includes('...');
      const label = /[\w-]+/.exec(usage)?.[0] ?? '';
      return quoted(`${many ? '*' : at + 1}:${label}:${actionOf(usage, words)}`);
    }),
  ];
  return [
    `    ${name.split(' ').at(-1)})`,
    `      _arguments${specs.length === 0 ? '' : ` \\\n        ${specs.join(' \\\n        ')}`}`,
    '      ;;',
  ].join('\n');
}

function actionOf(usage: string, words: readonly string[] | undefined): string {
  if (words) return `(${words.join(' ')})`;
  const kind = fileKind(usage);
  return kind === undefined ? ' ' : kind === 'folder' ? '_files -/' : '_files';
}
