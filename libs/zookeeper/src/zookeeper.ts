import { CreateMode } from 'node-zookeeper-client';

import { OPEN_ACCESS, type AccessList } from './acl.js';
import type { ZooKeeperAddress } from './address.js';
import { SYSTEM_CLOCK, type Clock, type Instant } from './clock.js';
import { isZooKeeperError, ZooKeeperError } from './errors.js';
import { SILENT_LOGGER, type Logger } from './logger.js';
import { Session, type Send, type SessionEvent } from './session.js';

/** Wait before a new session when the servers refused the credentials of the last. */
const REFUSED_DELAY_MS = 1_000;

export interface ZooKeeperOptions {
  /** The path is not used: every request names its node from the root. */
  readonly address: Pick<ZooKeeperAddress, 'servers' | 'credentials'>;
  /** Asked for; the servers may grant another. */
  readonly sessionTimeoutMs: number;
  readonly logger?: Logger;
  readonly clock?: Clock;
}

/** What the connection went through. */
export type ZooKeeperChange =
  /** Connected; to a new session (the first, or one after `expired`), or again to the one that was suspended. */
  | { readonly kind: 'connected'; readonly isNewSession: boolean }
  /** The connection is lost; the session lives on at the servers until its time-out. */
  | { readonly kind: 'suspended' }
  /** The session is over, with its ephemeral nodes and watches. A new one is on its way. */
  | { readonly kind: 'expired' }
  /** `close` was called. Nothing follows. */
  | { readonly kind: 'closed' };

export interface ZooKeeperSession {
  /** Sixteen hexadecimal digits. */
  readonly id: string;
  /** As the servers granted it. */
  readonly timeoutMs: number;
}

/** What is told of a node. */
export interface NodeStat {
  /** Id of the session that an ephemeral node lives with; nothing for others. */
  readonly ephemeralOwner: string | undefined;
  /** How often its data was changed. */
  readonly version: number;
  readonly childrenCount: number;
}

/** A one-shot watch: called once when the node changed. It outlives connections, but not the session. */
export type Watch = () => void;

export interface CreateOptions {
  readonly data?: Buffer;
  /** Everybody may do everything unless given. */
  readonly access?: AccessList;
}

/**
 * Connections to one ensemble. Opens a session at once, and by itself a new one whenever the session expired: what
 * belongs to a session (ephemeral nodes, watches) is made anew by whoever is told `connected` with `isNewSession`.
 * Requests fail at once with `CONNECTION_LOSS` while there is no connection; nothing is repeated but what
 * {@link ZooKeeper.createEphemeralSequential} says. Credentials are sent on every connection before any request.
 */
export class ZooKeeper {
  readonly #options: ZooKeeperOptions;
  readonly #logger: Logger;
  readonly #listeners = new Set<(change: ZooKeeperChange) => void>();
  /** Ephemeral sequential nodes of the present session. */
  readonly #ownNodes = new Set<string>();
  #session: Session;
  #isSessionEstablished = false;
  #isClosed = false;
  #reopenTimer: NodeJS.Timeout | undefined;

  constructor(options: ZooKeeperOptions) {
    this.#options = options;
    this.#logger = options.logger ?? SILENT_LOGGER;
    this.#session = this.#openSession();
  }

  get isConnected(): boolean {
    return !this.#isClosed && this.#session.isConnected;
  }

  /** The session, once the servers granted one; nothing while a new one is asked for. */
  get session(): ZooKeeperSession | undefined {
    return this.#isSessionEstablished
      ? { id: this.#session.id, timeoutMs: this.#session.timeoutMs }
      : undefined;
  }

  /**
   * When the last request of this session was sent that a server answered, on the monotonic clock. Any server of the
   * ensemble may have answered, even one that is cut off from the others: see {@link ZooKeeper.certainContact}.
   */
  get lastContactMs(): number | undefined {
    return this.#isSessionEstablished ? this.#session.lastContactMs : undefined;
  }

  /**
   * From when on at the earliest the ensemble counts the time-out of this session, given that a {@link ZooKeeper.check}
   * which was sent at `sentAt` has been answered: whatever happens now, the session lasts until its time-out after that.
   */
  certainContact(sentAt: Instant): Instant | undefined {
    return this.#isSessionEstablished ? this.#session.signKnownBefore(sentAt) : undefined;
  }

  /**
   * Calls `listener` at every change, in order; requests may be made from within. Returns what ends the calls. The
   * present state is not told.
   */
  onChange(listener: (change: ZooKeeperChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Resolves when there is a connection.
   *
   * @throws {ZooKeeperError} `TIMEOUT`, `CLOSED`.
   */
  connected(timeoutMs: number): Promise<void> {
    if (this.isConnected) return Promise.resolve();
    if (this.#isClosed) return Promise.reject(new ZooKeeperError('CLOSED', 'connect: closed'));
    return new Promise((resolve, reject) => {
      const settle = (error?: ZooKeeperError): void => {
        clearTimeout(timer);
        end();
        if (error === undefined) resolve();
        else reject(error);
      };
      const servers = this.#options.address.servers.join(',');
      const late = new ZooKeeperError('TIMEOUT', `no connection to ${servers} within ${timeoutMs} ms`);
      const timer = setTimeout(() => settle(late), timeoutMs);
      const end = this.onChange(({ kind }) => {
        if (kind === 'connected') settle();
        if (kind === 'closed') settle(new ZooKeeperError('CLOSED', 'connect: closed'));
      });
    });
  }

  /** Creates a persistent node. @throws {ZooKeeperError} `NODE_EXISTS`, `NO_NODE` without a parent, and others. */
  async create(path: string, options: CreateOptions = {}): Promise<void> {
    await this.#create(path, CreateMode.PERSISTENT, options);
  }

  /**
   * Creates an ephemeral node whose name is `prefix` and a number that the servers count up. When the answer is lost
   * with the connection, waits for the next connection of the same session and looks whether the node is there: it is
   * created exactly once.
   *
   * @param prefix absolute path up to the number.
   * @returns the absolute path.
   * @throws {ZooKeeperError} `SESSION_EXPIRED` when the session ended on the way, and others.
   */
  async createEphemeralSequential(prefix: string, options: CreateOptions = {}): Promise<string> {
    const session = this.#session;
    for (let isRepeated = false; ; isRepeated = true) {
      try {
        const lost = isRepeated ? await this.#ownUnknownNode(prefix, session.id) : undefined;
        const path = lost ?? (await this.#create(prefix, CreateMode.EPHEMERAL_SEQUENTIAL, options, session));
        this.#ownNodes.add(path);
        return path;
      } catch (error) {
        if (!isZooKeeperError(error, 'CONNECTION_LOSS')) throw error;
        await this.#sameSessionAgain(session, prefix);
      }
    }
  }

  /** Creates the node and those above it where they are missing. */
  async mkdirp(path: string, access?: AccessList): Promise<void> {
    const parts = path.split('/').slice(1);
    for (let depth = 1; depth <= parts.length; depth += 1) {
      const part = `/${parts.slice(0, depth).join('/')}`;
      // Looked at first: who may not create children of a node is told so even where the child exists.
      if ((await this.exists(part)) !== undefined) continue;
      await this.create(part, { access }).catch((error: unknown) => {
        if (!isZooKeeperError(error, 'NODE_EXISTS')) throw error;
      });
    }
  }

  /** Names of the children, in no order. @throws {ZooKeeperError} `NO_NODE` (no watch is left then), and others. */
  children(path: string, watch?: Watch): Promise<string[]> {
    return this.#request(`children of ${path}`, (client, done) => {
      if (watch === undefined) client.getChildren(path, done);
      else client.getChildren(path, watch, done);
    });
  }

  /** Data of a node; empty when it has none. @throws {ZooKeeperError} `NO_NODE` (no watch is left then), and others. */
  async data(path: string, watch?: Watch): Promise<Buffer> {
    const data = await this.#request<Buffer | undefined>(`data of ${path}`, (client, done) => {
      if (watch === undefined) client.getData(path, done);
      else client.getData(path, watch, done);
    });
    return data ?? Buffer.alloc(0);
  }

  /** Replaces the data of a node. @throws {ZooKeeperError} `NO_NODE` and others. */
  async setData(path: string, data: Buffer): Promise<void> {
    await this.#request(`set data of ${path}`, (client, done) => client.setData(path, data, done));
  }

  /** What there is to know of a node; nothing if there is none. The watch tells its creation, end and new data. */
  async exists(path: string, watch?: Watch): Promise<NodeStat | undefined> {
    const stat = await this.#request<RawStat | null>(`exists ${path}`, (client, done) => {
      if (watch === undefined) client.exists(path, done);
      else client.exists(path, watch, done);
    });
    return stat === null ? undefined : toNodeStat(stat);
  }

  /** Removes a node without children. @returns whether it was there. */
  async remove(path: string): Promise<boolean> {
    try {
      await this.#request<unknown>(`remove ${path}`, (client, done) =>
        client.remove(path, (error) => done(error, undefined)),
      );
      return true;
    } catch (error) {
      if (isZooKeeperError(error, 'NO_NODE')) return false;
      throw error;
    }
  }

  /**
   * Whether a node exists, asked of the majority of the ensemble: goes through its leader like a write, changes
   * nothing. The answer also proves that the session was alive in the eyes of the ensemble after the request was sent.
   */
  async check(path: string): Promise<boolean> {
    try {
      await this.#request<unknown>(`check ${path}`, (client, done) =>
        client.transaction().check(path).commit(done),
      );
      return true;
    } catch (error) {
      if (isZooKeeperError(error, 'NO_NODE')) return false;
      throw error;
    }
  }

  /** Ends the session at the servers, as far as they can be reached, and everything here. May be called twice. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearTimeout(this.#reopenTimer);
    await this.#session.close();
    this.#tell({ kind: 'closed' });
    this.#listeners.clear();
  }

  #openSession(): Session {
    const { address, sessionTimeoutMs, clock = SYSTEM_CLOCK } = this.#options;
    const { servers, credentials } = address;
    this.#ownNodes.clear();
    this.#isSessionEstablished = false;
    return new Session({ servers, credentials, sessionTimeoutMs, clock }, (event) => this.#onEvent(event));
  }

  #onEvent(event: SessionEvent): void {
    if (this.#isClosed) return;
    switch (event) {
      case 'connected': {
        const isNewSession = !this.#isSessionEstablished;
        this.#isSessionEstablished = true;
        this.#logger.info({ session: this.#session.id, isNewSession }, 'connected to ZooKeeper');
        this.#tell({ kind: 'connected', isNewSession });
        return;
      }
      case 'suspended':
        this.#logger.warn({ session: this.#session.id }, 'the connection to ZooKeeper is lost');
        this.#tell({ kind: 'suspended' });
        return;
      case 'expired':
        this.#logger.warn({ session: this.#session.id }, 'the ZooKeeper session expired');
        this.#reopen(0);
        return;
      case 'refused':
        this.#logger.error({}, 'ZooKeeper refuses the credentials');
        this.#reopen(REFUSED_DELAY_MS);
    }
  }

  #reopen(delayMs: number): void {
    this.#isSessionEstablished = false;
    this.#reopenTimer = setTimeout(() => (this.#session = this.#openSession()), delayMs);
    this.#tell({ kind: 'expired' });
  }

  #tell(change: ZooKeeperChange): void {
    for (const listener of this.#listeners)
      try {
        listener(change);
      } catch (error) {
        this.#logger.error({ err: error, change: change.kind }, 'a listener of ZooKeeper failed');
      }
  }

  #request<T>(name: string, send: Send<T>, session = this.#session): Promise<T> {
    if (this.#isClosed) return Promise.reject(new ZooKeeperError('CLOSED', `${name}: closed`));
    return session.request(name, send);
  }

  #create(path: string, mode: number, options: CreateOptions, session?: Session): Promise<string> {
    const access = [...(options.access ?? OPEN_ACCESS)];
    const data = options.data ?? Buffer.alloc(0);
    return this.#request(
      `create ${path}`,
      (client, done) => client.create(path, data, access, mode, done),
      session,
    );
  }

  /** A node of this session with that prefix that nobody here knows of yet: the one whose answer was lost. */
  async #ownUnknownNode(prefix: string, sessionId: string): Promise<string | undefined> {
    const parent = prefix.slice(0, prefix.lastIndexOf('/')) || '/';
    // Through the ensemble's leader, behind which this server must not lag.
    await this.check(parent);
    const names = await this.children(parent);
    for (const name of names) {
      const path = parent === '/' ? `/${name}` : `${parent}/${name}`;
      if (!path.startsWith(prefix) || this.#ownNodes.has(path)) continue;
      const stat = await this.exists(path);
      if (stat?.ephemeralOwner === sessionId) return path;
    }
    return undefined;
  }

  /** Resolves with the next connection of the session, or at once if there is one. */
  #sameSessionAgain(session: Session, prefix: string): Promise<void> {
    const over = (): ZooKeeperError =>
      new ZooKeeperError('SESSION_EXPIRED', `create ${prefix}: SESSION_EXPIRED`);
    return new Promise((resolve, reject) => {
      const look = (): void => {
        if (this.#isClosed) reject(new ZooKeeperError('CLOSED', `create ${prefix}: closed`));
        else if (this.#session !== session || session.isOver) reject(over());
        else if (session.isConnected) resolve();
        else return;
        end();
      };
      const end = this.onChange(look);
      look();
    });
  }
}

interface RawStat {
  readonly ephemeralOwner: Buffer;
  readonly version: number;
  readonly numChildren: number;
}

function toNodeStat({ ephemeralOwner, version, numChildren }: RawStat): NodeStat {
  const owner = ephemeralOwner.toString('hex');
  return {
    ephemeralOwner: /^0+$/u.test(owner) ? undefined : owner,
    version,
    childrenCount: numChildren,
  };
}
