import type { Range, Resource } from '../../cluster/mesos-shapes.js';
import { roleOf } from './resource-selector.js';

/** A number asks for this port, `'random'` for any, `undefined` for none. */
export type PortRequest = number | 'random' | undefined;

/** Ports that were taken. */
export interface TakenPorts {
  /** In the order of the requests; `undefined` where none was asked for. */
  readonly hostPorts: readonly (number | undefined)[];
  readonly resources: readonly Resource[];
}

interface MutableRange {
  begin: number;
  end: number;
}

/** One resource of the offer: what is left of it. */
interface Share {
  readonly resource: Resource;
  readonly role: string;
  /** Ascending, disjoint. */
  readonly ranges: MutableRange[];
  count: number;
}

interface ChosenPort {
  readonly port: number;
  readonly share: Share;
}

/** The ports that an offer still has (`spec/scheduling.md` §3.4). */
export class PortPool {
  private readonly shares: Share[];

  constructor(resources: readonly Resource[]) {
    this.shares = resources.map((resource) => {
      const ranges = disjoint(resource.ranges?.range ?? []);
      return { resource, role: roleOf(resource), ranges, count: countOf(ranges) };
    });
  }

  /** Whether any port of these roles is left. */
  hasAny(roles: readonly string[]): boolean {
    for (const share of this.shares) if (isUsable(share, roles)) return true;
    return false;
  }

  private usable(roles: readonly string[]): readonly Share[] {
    for (const share of this.shares) {
      if (!isUsable(share, roles)) return this.shares.filter((other) => isUsable(other, roles));
    }
    return this.shares;
  }

  /** What is left of an offered resource, `undefined` if nothing is or it is not in the pool. */
  remainderOf(resource: Resource): Resource | undefined {
    const share = this.shares.find((candidate) => candidate.resource === resource);
    if (share === undefined || share.count === 0) return undefined;
    return withRanges(
      resource,
      share.ranges.map(({ begin, end }) => ({ begin, end })),
    );
  }

  /** Takes ports of the given roles, all or none; `undefined`: not all of them are there. */
  take(
    requests: readonly PortRequest[],
    roles: readonly string[],
    random: () => number,
  ): TakenPorts | undefined {
    if (requests.length === 0) return { hostPorts: [], resources: [] };
    const shares = this.usable(roles);
    const start = randomPlace(shares, random);
    const run = start === undefined ? undefined : takeRun(requests, start);
    if (run !== undefined) return run;
    const chosen = choose(requests, ringOf(shares, start, random), shares);
    if (chosen === undefined) return undefined;
    const distinct = distinctPorts(chosen);
    for (const { port, share } of distinct) removeRun(share, port, port);
    return { hostPorts: chosen.map((choice) => choice?.port), resources: resourcesOf(distinct) };
  }
}

const isUsable = ({ count, role }: Share, roles: readonly string[]): boolean =>
  count > 0 && roles.includes(role);

/** The common case: only random ports, and the range in which they begin has enough of them. */
function takeRun(requests: readonly PortRequest[], { share, range, port }: Place): TakenPorts | undefined {
  const end = port + requests.length - 1;
  if (end > range.end) return undefined;
  for (const request of requests) if (request !== 'random') return undefined;
  const hostPorts = requests.map((_, index) => port + index);
  removeRun(share, port, end);
  return { hostPorts, resources: [withRanges(share.resource, [{ begin: port, end }])] };
}

function choose(
  requests: readonly PortRequest[],
  ring: Iterator<ChosenPort>,
  shares: readonly Share[],
): (ChosenPort | undefined)[] | undefined {
  const fixed = new Set(requests.filter((request) => typeof request === 'number'));
  const chosen: (ChosenPort | undefined)[] = [];
  for (const request of requests) {
    if (request === undefined) {
      chosen.push(undefined);
      continue;
    }
    const choice = request === 'random' ? nextFree(ring, fixed) : find(shares, request);
    if (choice === undefined) return undefined;
    chosen.push(choice);
  }
  return chosen;
}

function nextFree(ring: Iterator<ChosenPort>, taken: ReadonlySet<number>): ChosenPort | undefined {
  for (let next = ring.next(); next.done !== true; next = ring.next()) {
    if (!taken.has(next.value.port)) return next.value;
  }
  return undefined;
}

/**
 * All ports as one ring of shuffled ranges, from a random position on: consecutive ports keep ranges whole, and a port
 * just given back is unlikely to go to another app at once. A random port is drawn first and the order of the other
 * ranges only when they are needed, which comes to the same.
 */
function* ringOf(
  shares: readonly Share[],
  start: Place | undefined,
  random: () => number,
): Generator<ChosenPort, undefined> {
  if (start === undefined) return undefined;
  yield* portsOf(start.share, start.port, start.range.end);
  const others = shares.flatMap((share) => share.ranges.map((range) => ({ share, range })));
  for (let left = others.length; left > 0; left -= 1) {
    const drawn = Math.floor(random() * left);
    const { share, range } = others[drawn]!;
    others[drawn] = others[left - 1]!;
    if (range !== start.range) yield* portsOf(share, range.begin, range.end);
  }
  yield* portsOf(start.share, start.range.begin, start.port - 1);
  return undefined;
}

function* portsOf(share: Share, first: number, last: number): Generator<ChosenPort, void> {
  for (let port = first; port <= last; port += 1) yield { port, share };
}

/** A port and where it lies. */
interface Place {
  readonly share: Share;
  readonly range: MutableRange;
  readonly port: number;
}

/** Any port with the same chance; `undefined` when there is none. */
function randomPlace(shares: readonly Share[], random: () => number): Place | undefined {
  let total = 0;
  for (const { count } of shares) total += count;
  return total === 0 ? undefined : locate(shares, Math.floor(random() * total));
}

function locate(shares: readonly Share[], place: number): Place {
  let left = place;
  for (const share of shares) {
    if (left >= share.count) {
      left -= share.count;
      continue;
    }
    for (const range of share.ranges) {
      const size = range.end - range.begin + 1;
      if (left < size) return { share, range, port: range.begin + left };
      left -= size;
    }
  }
  throw new RangeError(`no port at place ${place}`);
}

function find(shares: readonly Share[], port: number): ChosenPort | undefined {
  const share = shares.find(({ ranges }) => rangeIndex(ranges, port) >= 0);
  return share === undefined ? undefined : { port, share };
}

/** Binary search for the range that holds a port; -1 if none does. */
function rangeIndex(ranges: readonly MutableRange[], port: number): number {
  let low = 0;
  let high = ranges.length - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const range = ranges[middle]!;
    if (port < range.begin) high = middle - 1;
    else if (port > range.end) low = middle + 1;
    else return middle;
  }
  return -1;
}

/** Takes out consecutive ports that lie in one range. */
function removeRun(share: Share, first: number, last: number): void {
  const index = rangeIndex(share.ranges, first);
  const range = share.ranges[index]!;
  share.count -= last - first + 1;
  if (range.begin === first && range.end === last) share.ranges.splice(index, 1);
  else if (first === range.begin) range.begin = last + 1;
  else if (last === range.end) range.end = first - 1;
  else {
    share.ranges.splice(index + 1, 0, { begin: last + 1, end: range.end });
    range.end = first - 1;
  }
}

/** A definition may name one fixed port twice, for instance once per protocol; it is consumed once. */
function distinctPorts(chosen: readonly (ChosenPort | undefined)[]): ChosenPort[] {
  const seen = new Set<number>();
  return chosen.filter((choice): choice is ChosenPort => {
    if (choice === undefined || seen.has(choice.port)) return false;
    seen.add(choice.port);
    return true;
  });
}

/** As few resources and ranges as possible without changing the order of the ports. */
function resourcesOf(chosen: readonly ChosenPort[]): Resource[] {
  const runs: { share: Share; ranges: MutableRange[] }[] = [];
  for (const { port, share } of chosen) {
    const run = runs.at(-1);
    const range = run?.ranges.at(-1);
    if (run === undefined || run.share !== share) runs.push({ share, ranges: [{ begin: port, end: port }] });
    else if (range !== undefined && range.end === port - 1) range.end = port;
    else run.ranges.push({ begin: port, end: port });
  }
  return runs.map(({ share, ranges }) => withRanges(share.resource, ranges));
}

function withRanges(resource: Resource, ranges: readonly Range[]): Resource {
  return { ...resource, ranges: { range: ranges } };
}

function disjoint(ranges: readonly Range[]): MutableRange[] {
  const merged: MutableRange[] = [];
  for (const { begin, end } of ranges.toSorted((a, b) => a.begin - b.begin)) {
    const last = merged.at(-1);
    if (last !== undefined && begin <= last.end + 1) last.end = Math.max(last.end, end);
    else if (begin <= end) merged.push({ begin, end });
  }
  return merged;
}

function countOf(ranges: readonly Range[]): number {
  return ranges.reduce((sum, { begin, end }) => sum + end - begin + 1, 0);
}
