import { printApp, type AppDefinition, type PrintOptions } from '#domain';

/** Fields whose values are doubles and print with a fraction, `1.0` (`spec/rest-api.md` §2). */
const DOUBLES: ReadonlySet<string> = new Set(['cpus', 'mem', 'disk', 'backoffFactor']);

/** Objects whose numbers are all doubles. */
const OBJECTS_OF_DOUBLES: ReadonlySet<string> = new Set([
  'upgradeStrategy',
  'executorResources',
  'resourceLimits',
]);

/** Definitions are never mutated, so their text can be remembered by identity. */
const texts = new WeakMap<AppDefinition, string>();

/** The JSON text of an app as every endpoint prints it; written field by field, since JavaScript has no doubles. */
export function writeAppJson(app: AppDefinition): string {
  let text = texts.get(app);
  if (text === undefined) {
    text = writeApp(app);
    texts.set(app, text);
  }
  return text;
}

/** The same without `versionInfo`, as POST answers (`spec/rest-api.md` §7.3). */
export const writeSubmittedAppJson = (app: AppDefinition): string =>
  writeApp(app, { withoutVersionInfo: true });

/** A JSON object from JSON texts: `base` with more members behind its own. */
export function extendJson(base: string, members: string): string {
  if (members === '') return base;
  const open = base.slice(0, -1);
  return open === '{' ? `{${members}}` : `${open},${members}}`;
}

function writeApp(app: AppDefinition, options?: PrintOptions): string {
  let members = '';
  printApp(
    app,
    (name, value) => {
      // What is not set is not printed.
      if (value !== undefined) members += `${members === '' ? '{' : ','}"${name}":${writeField(name, value)}`;
    },
    options,
  );
  return `${members}}`;
}

function writeField(name: string, value: unknown): string {
  if (typeof value === 'number') return DOUBLES.has(name) ? writeDouble(value) : String(value);
  if (typeof value === 'boolean') return String(value);
  if (OBJECTS_OF_DOUBLES.has(name) && typeof value === 'object' && value !== null) {
    const members = Object.entries(value).map(
      ([key, member]: [string, unknown]) =>
        `"${key}":${typeof member === 'number' ? writeDouble(member) : JSON.stringify(member)}`,
    );
    return `{${members.join(',')}}`;
  }
  return JSON.stringify(value);
}

function writeDouble(value: number): string {
  return Number.isInteger(value) && Math.abs(value) < 1e21 ? `${value}.0` : String(value);
}
