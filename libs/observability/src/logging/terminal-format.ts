const RESET = '\u001B[0m';
const DIM = '\u001B[2m';

const LEVEL_COLOURS: Readonly<Record<string, string>> = {
  trace: '\u001B[2m',
  debug: '\u001B[36m',
  info: '\u001B[32m',
  warn: '\u001B[33m',
  error: '\u001B[31m',
  fatal: '\u001B[35m',
};

/** Turns one JSON line of the log into one readable line with colours: time, level, logger, message, fields. */
export function formatForTerminal(line: string): string {
  const { time, level, logger, message, ...fields } = JSON.parse(line) as Record<string, unknown>;
  const name = String(level);
  const clock = String(time).slice(11, 23);
  const head = `${DIM}${clock}${RESET} ${LEVEL_COLOURS[name] ?? ''}${name.padEnd(5)}${RESET}`;
  const rest = Object.entries(fields).map(([key, value]) => ` ${DIM}${key}=${RESET}${fieldText(value)}`);
  return `${head} ${DIM}${String(logger)}${RESET} ${printable(String(message ?? ''))}${rest.join('')}\n`;
}

function fieldText(value: unknown): string {
  if (typeof value !== 'string') return stackOf(value) ?? JSON.stringify(value);
  return /^[^\s"]+$/.test(value) ? printable(value) : JSON.stringify(value);
}

/** Errors are worth several lines, because their stack is what one looks for. */
function stackOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || !('stack' in value)) return undefined;
  return typeof value.stack === 'string' ? printable(value.stack, true) : undefined;
}

/** Escapes control characters, so that what a client sent cannot drive the terminal. */
function printable(text: string, keepLines = false): string {
  return text.replace(/\p{Cc}/gu, (character) =>
    keepLines && character === '\n' ? character : JSON.stringify(character).slice(1, -1),
  );
}
