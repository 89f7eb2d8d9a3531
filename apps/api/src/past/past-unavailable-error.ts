/** The past cannot be looked into at the moment; trying again soon may help. */
export class PastUnavailableError extends Error {
  override readonly name = 'PastUnavailableError';
  readonly statusCode = 503;
}
