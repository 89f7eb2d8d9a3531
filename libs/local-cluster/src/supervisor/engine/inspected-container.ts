/** The part of an inspection that is read; every member may be missing. */
export interface InspectedContainer {
  readonly State?: { readonly Running?: boolean; readonly StartedAt?: string; readonly ExitCode?: number };
  readonly HostConfig?: { readonly NetworkMode?: string };
  readonly NetworkSettings?: InspectedNetwork & {
    readonly Networks?: Readonly<Record<string, InspectedNetwork | null>> | null;
    /** By container port and protocol, `80/tcp`. */
    readonly Ports?: Readonly<Record<string, readonly PublishedPort[] | null>> | null;
  };
}

/** Addresses in one network. */
export interface InspectedNetwork {
  readonly IPAddress?: string;
  readonly GlobalIPv6Address?: string;
}

/** Where the host listens for a port of a container. */
export interface PublishedPort {
  readonly HostIp?: string;
  readonly HostPort?: string;
}

/** The container of what `docker inspect` prints for one name: a JSON array. */
export function containerOf(text: string): InspectedContainer | undefined {
  try {
    return (JSON.parse(text) as readonly InspectedContainer[])[0];
  } catch {
    // Cut off in the middle: the next look tells more.
    return undefined;
  }
}

/** Whether the container runs or ran: its start time is that of year 1 before. */
export function isStarted({ State: state }: InspectedContainer): boolean {
  return state?.Running === true || (state?.StartedAt !== undefined && !state.StartedAt.startsWith('0001-'));
}

/** The networks a container belongs to. Old engines describe a single one in another place. */
export function networksOf({ NetworkSettings: settings }: InspectedContainer): readonly InspectedNetwork[] {
  const networks = Object.values(settings?.Networks ?? {}).filter((network) => network !== null);
  return networks.length > 0 ? networks : settings === undefined ? [] : [settings];
}
