import { randomUUID } from 'node:crypto';

import { ZooKeeper, type ZooKeeperAddress } from '#zookeeper';
import { TcpProxy } from '../../../../test/support/tcp-proxy.js';
import { RecordingCandidate } from '../candidate.fixture.js';
import type { Coordination } from '../port.js';
import { createZooKeeperCoordination, type ZooKeeperCoordinationOptions } from './zookeeper-coordination.js';

export const SESSION_TIMEOUT_MS = 2_000;

/** One node that takes part in an election through a connection of its own that can be broken. */
export interface Participant {
  readonly coordination: Coordination;
  readonly candidate: RecordingCandidate;
  readonly proxy: TcpProxy;
}

type Options = Partial<Omit<ZooKeeperCoordinationOptions, 'address'>> &
  Partial<Pick<ZooKeeperAddress, 'credentials'>>;

/** A place of election of its own in a ZooKeeper that others use, too. */
export class Election {
  readonly path = `/election-${randomUUID()}`;
  private readonly proxies: TcpProxy[] = [];
  private readonly coordinations: Coordination[] = [];
  private readonly clients: ZooKeeper[] = [];

  /** @param server `host:port` of one server. */
  constructor(private readonly server: string) {}

  get electionPath(): string {
    return `${this.path}/ekiden/leader`;
  }

  async participant(hostPort: string, options: Options = {}): Promise<Participant> {
    const proxy = await TcpProxy.start(this.server);
    this.proxies.push(proxy);
    const coordination = this.coordination(hostPort, [proxy.address], options);
    return { coordination, candidate: new RecordingCandidate(), proxy };
  }

  coordination(hostPort: string, servers: readonly string[], options: Options = {}): Coordination {
    const { credentials, ...rest } = options;
    const coordination = createZooKeeperCoordination({
      address: { servers, path: this.path, credentials },
      hostPort,
      sessionTimeoutMs: SESSION_TIMEOUT_MS,
      connectionTimeoutMs: 10_000,
      ...rest,
    });
    this.coordinations.push(coordination);
    return coordination;
  }

  /** A node that stands for election, once it was started. */
  async standing(hostPort: string, options: Options = {}): Promise<Participant> {
    const participant = await this.participant(hostPort, options);
    await participant.coordination.start(participant.candidate);
    return participant;
  }

  /** Straight to ZooKeeper. */
  async client(credentials?: string): Promise<ZooKeeper> {
    const address = { servers: [this.server], credentials };
    const client = new ZooKeeper({ address, sessionTimeoutMs: 10_000 });
    this.clients.push(client);
    await client.connected(10_000);
    return client;
  }

  async dispose(): Promise<void> {
    await Promise.all(this.coordinations.map((coordination) => coordination.close()));
    await Promise.all(this.clients.map((client) => client.close()));
    await Promise.all(this.proxies.map((proxy) => proxy.stop()));
  }
}
