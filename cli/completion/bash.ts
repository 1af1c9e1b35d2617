import type { CommandRow } from '../surface/command.ts';
import { fileKind, flagWords, spellings } from '../surface/flag-words.ts';
import { commandWords, type Completable } from './candidates.ts';

const words = (list: readonly string[]): string => list.join(' ');
const INDENT = '      ';

/** A script that bash sources; it asks the program nothing. */
export function bashScript(table: Completable): string {
  const groups = Object.keys(table.groups);
  const first = commandWords(table).map(({ word }) => word);
  return `# bash completion of supercargo, made by "supercargo completion bash".
_supercargo_files() {
  local line
  while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen "$1" -- "$2")
}

_supercargo() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD - 1]} command=\${COMP_WORDS[1]} depth=1
  local flags="" valued="" operands=0 i
  COMPREPLY=()
  if ((COMP_CWORD == 1)); then
    COMPREPLY=($(compgen -W "${words(first)}" -- "$cur"))
    return
  fi
  case "$command" in
${groups
  .map(
    (group) => `    ${group})
      if ((COMP_CWORD == 2)); then
        COMPREPLY=($(compgen -W "${words(commandWords(table, group).map(({ word }) => word))}" -- "$cur"))
        return
      fi
      command="$command \${COMP_WORDS[2]}" depth=2
      ;;`,
  )
  .join('\n')}
  esac
  case "$command" in
${table.commands.map(caseOf).join('\n')}
    *) return ;;
  esac
  case "$command $prev" in
${table.commands.flatMap(valueCases).join('\n')}
  esac
  case " $valued " in *" $prev "*) return ;; esac
  if [[ $cur == -* ]]; then
    COMPREPLY=($(compgen -W "$flags" -- "$cur"))
    return
  fi
  for ((i = depth + 1; i < COMP_CWORD; i++)); do
    [[ \${COMP_WORDS[i]} == -* || " $valued " == *" \${COMP_WORDS[i - 1]} "* ]] || operands=$((operands + 1))
  done
  case "$command $operands" in
${table.commands.flatMap(argumentCases).join('\n')}
  esac
}

complete -F _supercargo supercargo kubectl-supercargo
`;
}

function caseOf({ name, flags = [] }: CommandRow): string {
  const valued = flags.filter((flag) => flagWords(flag).value !== undefined).flatMap(spellings);
  return [
    `    "${name}")`,
    `${INDENT}flags="${words(flags.flatMap(spellings))}"`,
    `${INDENT}valued="${words(valued)}"`,
    `${INDENT};;`,
  ].join('\n');
}

const reply = (choices: readonly string[]): string => `COMPREPLY=($(compgen -W "${words(choices)}" -- "$cur"))`;
const files = (kind: 'file' | 'folder'): string => `_supercargo_files ${kind === 'folder' ? '-d' : '-f'} "$cur"`;

function valueCases({ name, flags = [] }: CommandRow): string[] {
  return flags.flatMap((flag) => {
    const kind = fileKind(flag.usage);
    const answer = flag.choices ? reply(flag.choices) : kind && files(kind);
    if (answer === undefined) return [];
    const patterns = spellings(flag).map((word) => `"${name} ${word}"`);
    return [`    ${patterns.join(' | ')}) ${answer}; return ;;`];
  });
}

function argumentCases({ name, args = [] }: CommandRow): string[] {
  return args.flatMap(({ usage, words: choices }, at) => {
    const kind = fileKind(usage);
    const answer = choices ? reply(choices) : kind && files(kind);
    if (answer === undefined) return [];
    return [`    "${name} "${usage.includes('...') ? '*' : at}) ${answer} ;;`];
  });
}
