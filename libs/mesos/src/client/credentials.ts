import { authorizationHeader, type Authentication, type AuthorizationHeader } from './authentication.js';

/** What a client authenticates with, as it was read last (`spec/mesos-client.md §7`). */
export class Credentials {
  readonly #authentication: Authentication | undefined;
  #header: AuthorizationHeader | undefined;

  constructor(authentication: Authentication | undefined) {
    this.#authentication = authentication;
  }

  /** The header of a request. The source of the secret is asked once, not for each request. */
  get header(): AuthorizationHeader {
    this.#header ??= authorizationHeader(this.#authentication);
    return this.#header;
  }

  /**
   * The master refused a request: the secret is read again.
   *
   * @param refused the header of that request.
   * @returns whether there is now another one to try.
   */
  renew(refused: string | undefined): boolean {
    const current = this.header;
    // Requests that were under way together may all be refused; the first of them has done the work.
    if (current.ok && current.value !== refused) return true;
    const renewed = authorizationHeader(this.#authentication);
    if (!renewed.ok || renewed.value === refused) return false;
    this.#header = renewed;
    return true;
  }
}
