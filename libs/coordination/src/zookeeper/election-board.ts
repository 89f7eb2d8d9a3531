import { isZooKeeperError, type Watch, type ZooKeeper } from '#zookeeper';

import { orderOfSuccession, type CandidateNode } from './candidates.js';

/** Reads who stands for election. Nodes never change, so each one is read once. */
export class ElectionBoard {
  readonly #addresses = new Map<string, string>();

  /** @param path of the election. */
  constructor(
    private readonly zookeeper: ZooKeeper,
    private readonly path: string,
  ) {}

  /**
   * The candidates, the leader's first. `onChange` is called once when that is not true any more; the same function may
   * be given any number of times.
   *
   * @throws {ZooKeeperError}
   */
  async read(onChange: Watch): Promise<CandidateNode[]> {
    const names = orderOfSuccession(await childrenOrWatch(this.zookeeper, this.path, onChange));
    for (const known of this.#addresses.keys()) if (!names.includes(known)) this.#addresses.delete(known);
    const nodes = await Promise.all(names.map((name) => this.#node(name)));
    return nodes.filter((node) => node !== undefined);
  }

  /** Nothing if the node is gone by now: the watch tells. */
  async #node(name: string): Promise<CandidateNode | undefined> {
    const known = this.#addresses.get(name);
    if (known !== undefined) return { name, address: known };
    try {
      const address = String(await this.zookeeper.data(`${this.path}/${name}`));
      this.#addresses.set(name, address);
      return { name, address };
    } catch (error) {
      if (isZooKeeperError(error, 'NO_NODE')) return undefined;
      throw error;
    }
  }
}

/** Names of a node's children, none where there is no such node. `onChange` is called once when that changes. */
export async function childrenOrWatch(
  zookeeper: ZooKeeper,
  path: string,
  onChange: Watch,
): Promise<string[]> {
  for (;;)
    try {
      return await zookeeper.children(path, onChange);
    } catch (error) {
      if (!isZooKeeperError(error, 'NO_NODE')) throw error;
      if ((await zookeeper.exists(path, onChange)) === undefined) return [];
    }
}
