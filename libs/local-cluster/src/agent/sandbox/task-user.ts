import type { AgentOptions } from '../agent-options.js';
import type { Host, HostUser } from '../host.js';

/** Who a task runs as, or why it cannot. */
export type TaskUser =
  /** As the user of the agent itself. */
  | { readonly kind: 'agent' }
  | { readonly kind: 'switched'; readonly user: HostUser }
  | { readonly kind: 'refused'; readonly error: string };

/** The user of a task: `command.user`, else the framework's, and only when the agent switches users (§12). */
export async function findTaskUser(
  names: { readonly command: string | undefined; readonly framework: string },
  options: AgentOptions,
  host: Host,
): Promise<TaskUser> {
  const name = names.command ?? names.framework;
  if (!options.switchUser || name === '') return { kind: 'agent' };
  const user = await host.findUser(name);
  if (user === undefined) return { kind: 'refused', error: `Failed to find user '${name}'` };
  return user.uid === host.uid ? { kind: 'agent' } : { kind: 'switched', user };
}

/** Whether the user has groups beyond the primary one. */
export function hasMoreGroups(user: HostUser): boolean {
  return user.groups.some((group) => group !== user.gid);
}
