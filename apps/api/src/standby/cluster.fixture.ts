import { createServer, type RequestListener, type Server } from 'node:http';
import {
  createServer as createRawServer,
  type AddressInfo,
  type Server as RawServer,
  type Socket,
} from 'node:net';
import { createMemoryEventLog, type EventLog } from '#event-log';
import { startApi, SwitchableLeadership, type TestApi } from '../api.fixture.js';
import { appDefinition, plan, VERSION } from '../../../../test/support/domain-objects.js';

/** A log whose events a node sees late, as over a slow network. */
export interface HeldLog {
  readonly log: EventLog;
  hold(): void;
  release(): void;
}

export function heldLog(log: EventLog): HeldLog {
  let open: (() => void) | undefined;
  let gate = Promise.resolve();
  const subscribe: EventLog['subscribe'] = (after, handler) =>
    log.subscribe(after, async (batch) => {
      await gate;
      return handler(batch);
    });
  const held = new Proxy(log, {
    get: (_, name: keyof EventLog) => {
      if (name === 'subscribe') return subscribe;
      return name === 'file' ? log.file : log[name].bind(log);
    },
  });
  return {
    log: held,
    hold: () => {
      open?.();
      gate = new Promise((resolve) => {
        open = resolve;
      });
    },
    release: () => open?.(),
  };
}

export interface TestCluster {
  /** The node that leads, and what it thinks of that. */
  readonly leader: TestApi;
  readonly leads: SwitchableLeadership;
  readonly standby: TestApi;
  readonly follows: SwitchableLeadership;
  /** What the standby sees of the log. */
  readonly held: HeldLog;
  /** How often the leader was asked for its position. */
  questions(): number;
  close(): Promise<void>;
}

/** Flags of both nodes, and of the standby alone. */
export interface ClusterFlags {
  readonly both?: readonly string[];
  readonly standby?: readonly string[];
  /** Told by the standby. */
  readonly onDifference?: (text: string) => void;
}

/** Two nodes over one log in memory, on loopback. */
export async function startCluster({
  both = [],
  standby: more = [],
  onDifference,
}: ClusterFlags = {}): Promise<TestCluster> {
  const { log } = createMemoryEventLog();
  const held = heldLog(log);
  const [leads, follows] = [new SwitchableLeadership(true), new SwitchableLeadership(false)];
  const flags = ['--hostname', '127.0.0.1', ...both];
  const leader = await startApi(flags, { log, leadership: leads });
  const standby = await startApi([...flags, ...more], {
    log: held.log,
    leadership: follows,
    ...(onDifference === undefined ? {} : { onDifference }),
  });
  leads.leader = leader.hostPort;
  follows.leader = leader.hostPort;
  let questions = 0;
  leader.app.getHttpServer().on('request', ({ url }: { url: string }) => {
    if (url === '/ekiden/v1/position') questions += 1;
  });
  leader.leader.decide = () => ({ reply: { kind: 'done' } });
  const close = async (): Promise<void> => {
    held.release();
    await standby.close();
    await leader.close();
  };
  return { leader, leads, standby, follows, held, questions: () => questions, close };
}

/** The leader accepts every app it is sent and puts it on the log. */
export function acceptApps({ leader }: TestCluster): void {
  leader.leader.decide = (command) => {
    if (command.type !== 'CreateApp') return { reply: { kind: 'done' } };
    const app = appDefinition({ ...(command.json as object) });
    return {
      reply: {
        kind: 'accepted',
        deploymentId: 'd-1',
        version: VERSION,
        plan: plan(app.id),
        created: true,
        submitted: app,
      },
      events: [{ type: 'AppCreated', data: { app } }],
    };
  };
}

export interface OtherServer {
  readonly hostPort: string;
  close(): void;
}

/** What a leader of the same cluster answers to the question for its position. */
export const FACTS = JSON.stringify({ position: 0, frameworkName: 'marathon', log: 'sqlite' });

/** Something else that answers HTTP in the leader's place; on a free port unless one is given. */
export async function serveHttp(listener: RequestListener, port = 0): Promise<OtherServer> {
  return listening(createServer(listener), port);
}

/** Something that takes connections in the leader's place. */
export async function serveRaw(onConnection: (socket: Socket) => void): Promise<OtherServer> {
  return listening(createRawServer(onConnection));
}

async function listening(server: Server | RawServer, port = 0): Promise<OtherServer> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => {
    server.listen(port, '127.0.0.1', resolve);
  });
  const close = (): void => {
    for (const socket of sockets) socket.destroy();
    server.close();
  };
  return { hostPort: `127.0.0.1:${(server.address() as AddressInfo).port}`, close };
}
