import { existsSync } from 'node:fs';
import { KeyFileError, readKeyFile, readOrMakeKeyFile } from './key-files.js';
import { SealBrokenError, SecretBox } from './secret-box.js';

/** Where the key for the secrets of webhooks is. */
export type KeyPlace =
  /** A file that is there; the same on every node of a cluster. */
  | { readonly kind: 'given'; readonly path: string }
  /** A file that is made when it is first needed: for a node that shares its log with nobody. */
  | { readonly kind: 'own'; readonly path: string }
  /** Nowhere: the log is shared, and no key was given. */
  | { readonly kind: 'missing' };

const PURPOSE = 'webhook';

const NO_KEY =
  'this node has no key for the secrets of webhooks: start every node of the cluster with the same ' +
  '--webhook_key_file';

/** Seals the secrets of webhooks before they enter a command, and opens them where a delivery is signed. */
export class WebhookSecrets {
  private box: SecretBox | undefined;

  /** @throws {KeyFileError} a key that was given cannot be used. */
  constructor(private readonly place: KeyPlace) {
    if (place.kind === 'given') this.box = readKeyFile(place.path);
  }

  /** Why nothing can be sealed; nothing if it can. */
  get unavailable(): string | undefined {
    return this.place.kind === 'missing' ? NO_KEY : undefined;
  }

  /** @throws {KeyFileError} there is no key, and none could be made. */
  seal(secret: string): string {
    return this.boxToSeal().seal(secret, PURPOSE);
  }

  /** @throws {SealBrokenError} this node has not the key that it was sealed with. */
  open(sealed: string): string {
    const box = this.boxToOpen();
    if (box === undefined) throw new SealBrokenError(NO_KEY);
    return box.open(sealed, PURPOSE);
  }

  private boxToSeal(): SecretBox {
    if (this.place.kind === 'missing') throw new KeyFileError(NO_KEY);
    this.box ??= readOrMakeKeyFile(this.place.path);
    return this.box;
  }

  /** Nothing is made to open what was sealed with something else. */
  private boxToOpen(): SecretBox | undefined {
    if (this.box === undefined && this.place.kind === 'own' && existsSync(this.place.path)) {
      this.box = readKeyFile(this.place.path);
    }
    return this.box;
  }
}
