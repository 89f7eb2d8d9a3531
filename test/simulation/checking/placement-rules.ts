import type { AppDefinition } from '#domain';
import { isPlaced, type BookedInstance, type LogBook } from './log-book.js';
import { must } from './violation.js';

/** What an agent really is, by its id: not what the log says of it. */
export type AgentFacts = (
  agentId: string,
) => { readonly hostname: string; readonly attributes: Readonly<Record<string, string>> } | undefined;

const CONSTRAINTS = 'UNIQUE, MAX_PER and the other constraints are never violated by a placement';

/** Checks a placement against the constraints of its definition, right before it is taken into the book. */
export function checkPlacement(
  book: LogBook,
  facts: AgentFacts,
  placed: { readonly one: BookedInstance; readonly definition: AppDefinition; readonly agentId: string },
): void {
  const { one, definition, agentId } = placed;
  const others = book
    .of(one.appId)
    .filter((other) => other.id !== one.id && isPlaced(other) && isOfSameMake(other.definition, definition));
  for (const [field, operator, value = ''] of definition.constraints) {
    const here = valueOf(facts, agentId, field);
    const counts = new Map<string | undefined, number>();
    for (const other of others) {
      const there = valueOf(facts, other.agentId ?? '', field);
      counts.set(there, (counts.get(there) ?? 0) + 1);
    }
    must(
      here === undefined ? operator === 'UNLIKE' : holds(operator, { here, value, counts }),
      CONSTRAINTS,
      () =>
        `${one.id} on ${here} by [${field}, ${operator}, ${value}]; there are ${JSON.stringify([...counts])}`,
    );
  }
}

interface Question {
  readonly here: string;
  readonly value: string;
  readonly counts: ReadonlyMap<string | undefined, number>;
}

function holds(operator: string, { here, value, counts }: Question): boolean {
  const count = counts.get(here) ?? 0;
  switch (operator) {
    case 'UNIQUE':
      return count === 0;
    case 'MAX_PER':
      return count < Number(value);
    case 'CLUSTER':
      return value === '' ? counts.size === 0 || counts.has(here) : here === value;
    case 'LIKE':
      return new RegExp(`^(?:${value})$`).test(here);
    case 'UNLIKE':
      return !new RegExp(`^(?:${value})$`).test(here);
    case 'IS':
      return here === value;
    case 'GROUP_BY':
      if (value === '') return count === 0 || count === Math.min(...counts.values());
      return count > 0 || counts.size < Number(value);
    default:
      throw new Error(`not checked: ${operator}`);
  }
}

/** Those of an older configuration do not stand in the way of newer ones. */
const isOfSameMake = (other: AppDefinition, candidate: AppDefinition): boolean =>
  other.version >= candidate.versionInfo.lastConfigChangeAt;

function valueOf(facts: AgentFacts, agentId: string, field: string): string | undefined {
  const agent = facts(agentId);
  return field === 'hostname' || field === '@hostname' ? agent?.hostname : agent?.attributes[field];
}
