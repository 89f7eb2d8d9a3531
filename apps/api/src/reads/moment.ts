import type { ReadModel } from '../projection/read-model.js';

/** What a read is answered from: the state, present or former, and the moment for which it is shown. */
export interface Moment {
  readonly model: ReadModel;
  /** Epoch ms. */
  readonly nowMs: number;
  /** How many versions are listed unless all are asked for (`--zk_max_versions`). */
  readonly listedVersions: number;
}
