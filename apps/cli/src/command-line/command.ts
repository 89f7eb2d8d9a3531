import type { Api } from '../http/api.js';
import type { ExitCode } from '../errors.js';
import type { Io } from '../io.js';
import type { Screen } from '../output/screen.js';
import type { Input } from './input.js';

/** What the shell may complete a word with: ids that the server knows, files, or given words. */
export type Completion = 'app' | 'group' | 'task' | 'deployment' | 'webhook' | 'file' | readonly string[];

export interface ArgumentSpec {
  /** As help shows it, in capitals: `ID`. */
  readonly name: string;
  readonly optional?: true;
  /** Takes all words that are left; the last one only. */
  readonly repeated?: true;
  readonly completion?: Completion;
}

export interface OptionSpec {
  /** What its value is called; without, the option takes none. */
  readonly value?: string;
  readonly short?: string;
  /** May be given several times. */
  readonly repeatable?: true;
  readonly description: string;
  readonly completion?: Completion;
}

export type OptionTable = Readonly<Record<string, OptionSpec>>;

/** What a command works with. */
export interface Call {
  readonly input: Input;
  readonly api: Api;
  readonly screen: Screen;
  readonly io: Io;
}

/** One command of the command line. Parsing, help, completion and the page of documentation come from here. */
export interface Command {
  /** One or two words: `status`, `app list`. */
  readonly name: string;
  /** What it does, in one line without a full stop, from the verb: `lists apps`. */
  readonly summary: string;
  /** More lines of help. */
  readonly details?: readonly string[];
  readonly arguments?: readonly ArgumentSpec[];
  readonly options?: OptionTable;
  /** Command lines without the leading `ekiden`. */
  readonly examples: readonly string[];
  readonly run: (call: Call) => Promise<ExitCode>;
}

/** Options that every command takes. */
export const GLOBAL_OPTIONS: OptionTable = {
  server: {
    value: 'URL',
    description: 'where the API is, several separated by commas; else EKIDEN_URL, else http://127.0.0.1:8080',
  },
  user: { value: 'NAME:PASSWORD', description: 'credentials; better in EKIDEN_CREDENTIALS' },
  cacert: { value: 'FILE', description: 'certificates to trust, PEM', completion: 'file' },
  json: { description: 'print what the API answers, as it is' },
  'no-color': {
    description: 'no colours; also when NO_COLOR is set, and whenever the output is no terminal',
  },
  timeout: { value: 'SECONDS', description: 'how long to wait for an answer; 30' },
  help: { short: 'h', description: 'what the command does and takes' },
};

/** Options of every command that changes something. */
export const WRITE_OPTIONS: OptionTable = {
  reason: { value: 'TEXT', description: 'why; stands in the history with every event of the change' },
  as: { value: 'NAME', description: 'for whom; stands in the history beside who authenticated' },
  force: { description: 'go ahead although a deployment is under way, which it replaces' },
};

/** Options of changes that a deployment carries out. */
export const DEPLOY_OPTIONS: OptionTable = {
  ...WRITE_OPTIONS,
  wait: { description: 'wait for the deployment and show its progress; the default on a terminal' },
  'no-wait': { description: 'do not wait for the deployment' },
};

/** Options of changes that can be looked at before. */
export const PLAN_OPTIONS: OptionTable = {
  plan: { description: 'show what would change and ask before doing it' },
  yes: { short: 'y', description: 'do not ask' },
};

export const AT_OPTION: OptionTable = {
  at: {
    value: 'WHEN',
    description: 'as of then: a position, a time, or how long ago (`90s`, `30m`, `8h`, `2d`)',
  },
};
