import { formatValue, reservationsOf, validateResource, type Resource } from '#mesos';

/**
 * Checks the resources of one operation (C§13).
 *
 * @returns the first problem in the reference's words, or undefined.
 */
export function resourcesProblem(resources: readonly Resource[]): string | undefined {
  for (const resource of resources) {
    const problem = validateResource(resource) ?? formatProblem(resource);
    if (problem !== undefined) return `Resource '${JSON.stringify(resource)}' is invalid: ${problem}`;
  }
  return undefined;
}

/** Both formats at once are only fine when they say the same (C§19.4). */
function formatProblem(resource: Resource): string | undefined {
  const { role, reservations } = resource;
  if (role === undefined || reservations === undefined) return undefined;
  const stacked = reservations.at(-1)?.role ?? '*';
  return reservations.length <= 1 && stacked === role
    ? undefined
    : "Invalid resource format: 'role' and 'reservations' do not agree";
}

/** Resources as the reference prints them in messages: `cpus(allocated: *):0.5; ports(allocated: *):[31000-32000]`. */
export function describeResources(resources: readonly Resource[]): string {
  if (resources.length === 0) return '{}';
  return resources
    .map((resource) => {
      const role = resource.allocation_info?.role;
      const allocation = role === undefined ? '' : `(allocated: ${role})`;
      return `${resource.name}${allocation}${describeReservations(resource)}:${formatValue(resource)}`;
    })
    .join('; ');
}

function describeReservations(resource: Resource): string {
  const stack = reservationsOf(resource).map((entry) =>
    [entry.type, entry.role, entry.principal].filter((part) => part !== undefined).join(','),
  );
  return stack.length === 0 ? '' : `(reservations: [${stack.map((entry) => `(${entry})`).join(',')}])`;
}
