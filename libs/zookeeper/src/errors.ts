import { Exception } from 'node-zookeeper-client';

/** What went wrong, in ZooKeeper's own words; `OTHER` is anything that this project has no answer to. */
export type ZooKeeperErrorCode =
  /** The connection was lost, or there is none: whether the request was carried out is not known. */
  | 'CONNECTION_LOSS'
  /** The session of the request is over, and its ephemeral nodes with it. */
  | 'SESSION_EXPIRED'
  /** The handle was closed. */
  | 'CLOSED'
  /** Nothing came of it within the time that the caller gave. */
  | 'TIMEOUT'
  | 'AUTH_FAILED'
  | 'NO_AUTH'
  | 'NO_NODE'
  | 'NODE_EXISTS'
  | 'NOT_EMPTY'
  | 'NO_CHILDREN_FOR_EPHEMERALS'
  | 'INVALID_ACL'
  | 'BAD_ARGUMENTS'
  | 'OTHER';

/** A request of ZooKeeper that failed. The message names the request and its node, never credentials or data. */
export class ZooKeeperError extends Error {
  override readonly name = 'ZooKeeperError';

  constructor(
    readonly code: ZooKeeperErrorCode,
    message: string,
  ) {
    super(message);
  }
}

/** Whether `error` is a {@link ZooKeeperError} with one of `codes`. */
export function isZooKeeperError(error: unknown, ...codes: readonly ZooKeeperErrorCode[]): boolean {
  return error instanceof ZooKeeperError && codes.includes(error.code);
}

const CODES = new Map<number, ZooKeeperErrorCode>([
  [Exception.CONNECTION_LOSS, 'CONNECTION_LOSS'],
  [Exception.SESSION_EXPIRED, 'SESSION_EXPIRED'],
  [Exception.AUTH_FAILED, 'AUTH_FAILED'],
  [Exception.NO_AUTH, 'NO_AUTH'],
  [Exception.NO_NODE, 'NO_NODE'],
  [Exception.NODE_EXISTS, 'NODE_EXISTS'],
  [Exception.NOT_EMPTY, 'NOT_EMPTY'],
  [Exception.NO_CHILDREN_FOR_EPHEMERALS, 'NO_CHILDREN_FOR_EPHEMERALS'],
  [Exception.INVALID_ACL, 'INVALID_ACL'],
  [Exception.BAD_ARGUMENTS, 'BAD_ARGUMENTS'],
]);

/** Says what the client library reported of `request` ("create /a") as an error of this library. */
export function toZooKeeperError(request: string, error: unknown): ZooKeeperError {
  if (error instanceof ZooKeeperError) return error;
  if (error instanceof Exception) {
    const code = CODES.get(error.getCode()) ?? 'OTHER';
    return new ZooKeeperError(code, `${request}: ${error.getName()}`);
  }
  // The library asserts that paths are well-formed.
  return new ZooKeeperError(
    'BAD_ARGUMENTS',
    `${request}: ${error instanceof Error ? error.message : 'failed'}`,
  );
}
