/** One node of the election. */
export interface CandidateNode {
  /** Name of the node, without its parents. */
  readonly name: string;
  /** `host:port` of the process behind it. */
  readonly address: string;
}

const LATCH = /^_c_[\da-f-]{36}-latch-(?<sequence>-?\d+)$/u;

/** Number that ZooKeeper gave to a node of the election; nothing for names of another form. */
export function sequenceOf(name: string): number | undefined {
  const sequence = LATCH.exec(name)?.groups?.['sequence'];
  return sequence === undefined ? undefined : Number(sequence);
}

/** What the nodes of one candidate begin with, up to the number: the form of Curator's leader latch. */
export const latchPrefix = (id: string): string => `_c_${id}-latch-`;

/** Names of the election's nodes, the leader's first; others are left out. */
export function orderOfSuccession(names: readonly string[]): string[] {
  const numbered = names.flatMap((name) => {
    const sequence = sequenceOf(name);
    return sequence === undefined ? [] : [{ name, sequence }];
  });
  return numbered.toSorted((one, other) => one.sequence - other.sequence).map(({ name }) => name);
}
