import { parseResources, rangesResource, scalarResource, type Resource } from '#mesos';
import type { DetectedShare } from '../agent-options.js';
import type { Host } from '../host.js';

/** Resources an agent offers, or why what the operator wrote cannot be used. */
export type DeterminedResources =
  | { readonly ok: true; readonly resources: readonly Resource[] }
  | { readonly ok: false; readonly error: string };

const mebibyte = 1024 ** 2;
const gibibyteInMb = 1024;
const firstPort = 31_000;
const lastPort = 32_000;

/**
 * The agent's resources: what the operator wrote, and for the usual names that do not occur in it what the machine
 * has (spec/local-cluster.md §7.2). A zero hides the resource. The machine's part is divided among its agents, ports
 * into contiguous slices (§3.3).
 */
export async function determineResources(
  written: string | undefined,
  defaultRole: string,
  machine: { readonly host: Host; readonly workDir: string; readonly share: DetectedShare },
): Promise<DeterminedResources> {
  const parsed = parseResources(written ?? '');
  if (!parsed.ok) return { ok: false, error: `Invalid resources: ${parsed.error}` };
  const forbidden = parsed.resources.find(
    (resource) =>
      resource.disk?.persistence !== undefined ||
      resource.revocable !== undefined ||
      resource.reservations?.some(({ type }) => type === 'DYNAMIC') === true,
  );
  if (forbidden !== undefined) {
    const error = `Resource '${forbidden.name}' is revocable, dynamically reserved or a volume: not for the command line`;
    return { ok: false, error };
  }
  const detected = await detectResources(machine.host, machine.workDir, machine.share);
  const named = new Set(parsed.resources.map(({ name }) => name));
  const missing = detected.filter(({ name }) => !named.has(name));
  const resources = [...parsed.resources, ...missing]
    .filter((resource) => !isEmpty(resource))
    .map((resource) => withDefaultRole(resource, defaultRole));
  return { ok: true, resources };
}

/** Resources written or detected without a role belong to the agent's default role. */
function withDefaultRole(resource: Resource, role: string): Resource {
  const isReserved = (resource.reservations ?? []).length > 0;
  return role === '*' || isReserved ? resource : { ...resource, reservations: [{ type: 'STATIC', role }] };
}

async function detectResources(host: Host, workDir: string, share: DetectedShare): Promise<Resource[]> {
  const memoryMb = Math.floor(host.memoryBytes / mebibyte);
  const diskMb = Math.floor((await host.diskSpace(workDir)).totalBytes / mebibyte);
  const usableMemoryMb = memoryMb >= 2 * gibibyteInMb ? memoryMb - gibibyteInMb : memoryMb / 2;
  const usableDiskMb = diskMb >= 10 * gibibyteInMb ? diskMb - 5 * gibibyteInMb : diskMb / 2;
  const part = (whole: number): number => Math.floor((whole / share.count) * 1000) / 1000;
  return [
    rangesResource('ports', [portSlice(share)]),
    scalarResource('cpus', part(host.cpus)),
    scalarResource('mem', Math.floor(usableMemoryMb / share.count)),
    scalarResource('disk', Math.floor(usableDiskMb / share.count)),
  ];
}

function portSlice({ index, count }: DetectedShare): { begin: number; end: number } {
  const size = Math.floor((lastPort - firstPort + 1) / count);
  const begin = firstPort + index * size;
  return { begin, end: index === count - 1 ? lastPort : begin + size - 1 };
}

function isEmpty(resource: Resource): boolean {
  switch (resource.type) {
    case 'SCALAR':
      return resource.scalar.value === 0;
    case 'RANGES':
      return (resource.ranges.range ?? []).length === 0;
    case 'SET':
      return (resource.set.item ?? []).length === 0;
  }
}
