import { toRefinedFormat, type Resource, type TaskInfo } from '#mesos';

/** The task as it is kept and sent on: resources in the refined format, allocated to the role where unsaid. */
export function normaliseTask(task: TaskInfo, frameworkId: string, role: string): TaskInfo {
  const resources = normaliseResources(task.resources ?? [], role);
  if (task.executor === undefined) return resources === task.resources ? task : { ...task, resources };
  const executor = {
    ...task.executor,
    framework_id: task.executor.framework_id ?? { value: frameworkId },
    resources: normaliseResources(task.executor.resources ?? [], role),
  };
  return { ...task, resources, executor };
}

/** Most clients write them like that already; then nothing is copied. */
function normaliseResources(resources: readonly Resource[], role: string): readonly Resource[] {
  if (resources.every(isNormal)) return resources;
  return resources.map((resource) => {
    const refined = toRefinedFormat(resource);
    return { ...refined, allocation_info: { role: refined.allocation_info?.role ?? role } };
  });
}

function isNormal({ role, reservation, reservations, allocation_info: allocation }: Resource): boolean {
  return (
    role === undefined &&
    reservation === undefined &&
    (reservations === undefined || reservations.length > 0) &&
    allocation?.role !== undefined
  );
}
