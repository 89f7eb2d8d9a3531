import type { Watch, ZooKeeper } from '#zookeeper';

import type { ZooKeeperLogger as Logger } from '#zookeeper';
import { childrenOrWatch } from './election-board.js';

/**
 * The election of Marathon under the same path. While a process stands there, nobody may lead here: both would run the
 * same tasks from different states (`spec/operations.md` §6.1).
 */
export class ForeignLatch {
  #wasOccupied = false;

  /** @param path nothing when this node's own election is at that place. */
  constructor(
    private readonly zookeeper: ZooKeeper,
    private readonly path: string | undefined,
    private readonly logger: Logger,
  ) {}

  /** Whether somebody stands there. `onChange` is called once when that may have changed. @throws {ZooKeeperError} */
  async isOccupied(onChange: Watch): Promise<boolean> {
    if (this.path === undefined) return false;
    const { path } = this;
    const names = await childrenOrWatch(this.zookeeper, path, onChange);
    const isOccupied = names.length > 0;
    if (isOccupied && !this.#wasOccupied)
      this.logger.warn(
        { path, nodes: names },
        'waits with the election: processes of Marathon stand for theirs',
      );
    if (!isOccupied && this.#wasOccupied)
      this.logger.info({ path }, 'no process of Marathon stands for election any more');
    this.#wasOccupied = isOccupied;
    return isOccupied;
  }
}
