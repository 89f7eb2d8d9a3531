/**
 * What a value must be for those who read it; nothing when it is, else where it is not and why. `null` members are taken
 * away, for they mean the same as absent ones (`spec/mesos-client.md` §4.1). Members that nobody reads may be anything.
 */
export type Shape = (value: unknown) => string | undefined;

export const text: Shape = (value) => (typeof value === 'string' ? undefined : ' is no text');
export const number: Shape = (value) => (typeof value === 'number' ? undefined : ' is no number');
export const boolean: Shape = (value) => (typeof value === 'boolean' ? undefined : ' is no boolean');

/** A list of what has one shape. */
export const list =
  (item: Shape): Shape =>
  (value) => {
    if (!Array.isArray(value)) return ' is no list';
    for (let index = 0; index < value.length; index += 1) {
      const problem = item(value[index]);
      if (problem !== undefined) return `[${index}]${problem}`;
    }
    return undefined;
  };

/** Shapes of members by name. */
export type Members = Readonly<Record<string, Shape>>;

/** A message with members that must be there and others that may. */
export function message(required: Members, optional: Members = {}): Shape {
  const members = Object.entries({ ...required, ...optional });
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return ' is no message';
    const fields = value as Record<string, unknown>;
    for (const [name, shape] of members) {
      const member = Object.hasOwn(fields, name) ? fields[name] : undefined;
      if (member === null) delete fields[name];
      if (member === undefined || member === null) {
        if (Object.hasOwn(required, name)) return `.${name} is missing`;
        continue;
      }
      const problem = shape(member);
      if (problem !== undefined) return `.${name}${problem}`;
    }
    return undefined;
  };
}

/** `MasterInfo` (`spec/mesos-client.md` §5.2). */
export const masterInfo = message(
  {},
  {
    id: text,
    ip: number,
    port: number,
    pid: text,
    hostname: text,
    version: text,
    address: message({}, { hostname: text, ip: text, port: number }),
    domain: message({}, { fault_domain: message({}, { region: message({ name: text }) }) }),
    capabilities: list(message({}, { type: text })),
  },
);
