import type { Call, Command, Completion } from '../command-line/command.js';
import { GLOBAL_OPTIONS } from '../command-line/command.js';
import { commandNamed } from '../command-line/parse.js';
import { EXIT, UsageError, type ExitCode } from '../errors.js';

const BASH = `# Completion of ekiden in bash: source <(ekiden completion bash)
_ekiden() {
  local found word="\${COMP_WORDS[COMP_CWORD]}"
  COMPREPLY=()
  # Word by word: compgen -W and arrays would expand what the server says.
  while IFS= read -r found; do
    if [[ "$found" == ":file" ]]; then
      compopt -o filenames 2>/dev/null
      while IFS= read -r found; do COMPREPLY+=("$found"); done < <(compgen -f -- "$word")
    elif [[ "$found" == "$word"* ]]; then
      COMPREPLY+=("$found")
    fi
  done < <("\${COMP_WORDS[0]}" completion words --timeout 2 -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _ekiden ekiden
`;

const ZSH = `#compdef ekiden
# Completion of ekiden in zsh: source <(ekiden completion zsh)
_ekiden() {
  local -a found
  found=("\${(@f)$("\${words[1]}" completion words --timeout 2 -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ "\${found[1]}" == ":file" ]]; then
    _files
  else
    compadd -- "\${found[@]}"
  fi
}
if (( \${+functions[compdef]} )); then compdef _ekiden ekiden; fi
`;

/** Prints the script that a shell completes with. */
export function completionScript({ input, screen }: Call): Promise<ExitCode> {
  const shell = input.argument('SHELL');
  if (shell !== 'bash' && shell !== 'zsh') {
    throw new UsageError(`there is no completion for ${shell}`, [
      '`ekiden completion bash` or `ekiden completion zsh`',
    ]);
  }
  screen.raw(shell === 'bash' ? BASH : ZSH);
  return Promise.resolve(EXIT.ok);
}

/** Prints what may stand in place of the last word of a command line, a word per line; `:file` for files. */
export async function completeWords(call: Call, commands: readonly Command[]): Promise<ExitCode> {
  const words = call.input.rest('WORD');
  const found = await candidates(call, words, commands);
  for (const word of found) call.screen.line(word);
  return EXIT.ok;
}

async function candidates(
  call: Call,
  words: readonly string[],
  commands: readonly Command[],
): Promise<readonly string[]> {
  const current = words.at(-1) ?? '';
  const before = words.slice(0, -1);
  const command = commandNamed(plainWords(before), commands);
  const options = { ...GLOBAL_OPTIONS, ...command?.options };
  const previous = before.at(-1) ?? '';
  const option = previous.startsWith('--') ? options[previous.slice(2)] : undefined;
  if (option?.value !== undefined) return idsOf(call, option.completion);
  if (current.startsWith('-')) return Object.keys(options).map((name) => `--${name}`);
  if (command === undefined) return nextWords(plainWords(before), commands);
  const index = plainWords(before, options).length - command.name.split(' ').length;
  const specs = command.arguments ?? [];
  const spec = specs[index] ?? (specs.at(-1)?.repeated === true ? specs.at(-1) : undefined);
  return spec === undefined ? [] : idsOf(call, spec.completion);
}

/** Words that are neither options nor their values. */
function plainWords(
  words: readonly string[],
  options: Command['options'] = GLOBAL_OPTIONS,
): readonly string[] {
  return words.filter((word, index) => {
    const before = words[index - 1] ?? '';
    return (
      !word.startsWith('-') && !(before.startsWith('--') && options[before.slice(2)]?.value !== undefined)
    );
  });
}

function nextWords(before: readonly string[], commands: readonly Command[]): readonly string[] {
  const fitting = commands
    .map(({ name }) => name.split(' '))
    .filter((parts) => before.every((word, index) => parts[index] === word));
  return [...new Set(fitting.flatMap((parts) => parts[before.length] ?? []))];
}

async function idsOf({ api }: Call, completion: Completion | undefined): Promise<readonly string[]> {
  if (completion === undefined) return [];
  if (typeof completion !== 'string') return completion;
  try {
    switch (completion) {
      case 'file':
        return [':file'];
      case 'app':
        return (await api.get<{ apps: readonly Identified[] }>('/v2/apps')).apps.map(idOf);
      case 'group':
        return groupIds(await api.get<GroupTree>('/v2/groups', { embed: ['group.groups'] }));
      case 'task':
        return (await api.get<{ tasks: readonly Identified[] }>('/v2/tasks')).tasks.map(idOf);
      case 'deployment':
        return (await api.get<readonly Identified[]>('/v2/deployments')).map(idOf);
      case 'webhook':
        return (await api.get<{ webhooks: readonly Identified[] }>('/ekiden/v1/webhooks')).webhooks.map(idOf);
    }
  } catch {
    // Nobody wants to read why a word was not completed.
    return [];
  }
}

interface Identified {
  readonly id: string;
}

interface GroupTree extends Identified {
  readonly groups?: readonly GroupTree[];
}

const idOf = ({ id }: Identified): string => id;

const groupIds = ({ id, groups = [] }: GroupTree): readonly string[] => [id, ...groups.flatMap(groupIds)];
