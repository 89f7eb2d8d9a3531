import type { Result } from '../result.js';
import { accepted, refused } from '../result.js';
import type { UnversionedApp } from './app-definition.js';
import { servicePortsOf } from './service-ports.js';

/** Both ends belong to the pool (`spec/definitions.md` §1). */
export interface PortRange {
  readonly min: number;
  readonly max: number;
}

export interface PortRequest<A extends UnversionedApp> {
  readonly app: A;
  /** The stored app of the same id. */
  readonly predecessor?: UnversionedApp;
  /** Whether any app claims the port at the moment, the predecessor included. */
  readonly isUsed: (port: number) => boolean;
  /** The lowest unused port from `port` upwards, for holders that know it without trying each number. */
  readonly firstUnusedFrom?: (port: number) => number;
  readonly range: PortRange;
}

/** No number of the pool is left; the API answers 500 with `message`. */
export interface PortsExhausted {
  readonly code: 'ServicePortsExhausted';
  readonly range: PortRange;
  readonly message: string;
}

/**
 * Fills the service ports that an app leaves open (§7.5): first with those of the predecessor that nobody claimed
 * explicitly, in their old order, then with the lowest free numbers. Gives the same object when nothing was open.
 */
export function assignServicePorts<A extends UnversionedApp>(
  request: PortRequest<A>,
): Result<A, PortsExhausted> {
  const { app, range } = request;
  const slots = servicePortsOf(app);
  if (!slots.includes(0)) return accepted(app);
  const search = new PortSearch(request, slots);
  const filled: number[] = [];
  for (const slot of slots) {
    const port = slot === 0 ? search.next() : slot;
    if (port === undefined) {
      const message = `All ports in the range [${range.min}-${range.max}) are already in use`;
      return refused({ code: 'ServicePortsExhausted', range, message });
    }
    filled.push(port);
  }
  return accepted(withServicePorts(app, filled));
}

function withServicePorts<A extends UnversionedApp>(app: A, ports: readonly number[]): A {
  const { container } = app;
  const mappings = container?.portMappings ?? [];
  if (container !== undefined && mappings.length > 0) {
    const portMappings = mappings.map((mapping, index) => ({ ...mapping, servicePort: ports[index] ?? 0 }));
    return { ...app, container: { ...container, portMappings } };
  }
  const portDefinitions = (app.portDefinitions ?? []).map((definition, index) => ({
    ...definition,
    port: ports[index] ?? 0,
  }));
  return { ...app, portDefinitions };
}

/** Yields the numbers for open slots, each once. */
class PortSearch {
  private readonly kept: number[];
  private readonly claimed: Set<number>;
  private candidate: number;

  constructor(
    private readonly request: PortRequest<UnversionedApp>,
    slots: readonly number[],
  ) {
    const { min, max } = request.range;
    this.candidate = min;
    this.claimed = new Set(slots);
    const old = request.predecessor === undefined ? [] : servicePortsOf(request.predecessor);
    this.kept = [...new Set(old)].filter((port) => port >= min && port <= max && !this.claimed.has(port));
  }

  next(): number | undefined {
    const kept = this.kept.shift();
    if (kept !== undefined) return kept;
    const { isUsed, firstUnusedFrom, range } = this.request;
    while (this.candidate <= range.max) {
      const port = firstUnusedFrom?.(this.candidate) ?? this.candidate;
      if (port > range.max) break;
      this.candidate = port + 1;
      if (!isUsed(port) && !this.claimed.has(port)) return port;
    }
    return undefined;
  }
}
