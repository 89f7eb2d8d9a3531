/** The outcome of a pure step that may refuse its input: refusals are values, not exceptions. */
export type Result<T, E = Rejection> = { readonly ok: true; readonly value: T } | Failure<E>;

export interface Failure<E> {
  readonly ok: false;
  readonly error: E;
}

/** One place in a definition and everything that is wrong there (`spec/definitions.md` §2.2, §2.3). */
export interface Violation {
  readonly path: string;
  readonly errors: readonly string[];
}

/** A refused definition in the form that goes over the wire (`spec/definitions.md` §2.2). */
export interface Rejection {
  readonly status: 422;
  readonly message: string;
  /** Absent for refusals that no single field is to blame for. */
  readonly details?: readonly Violation[];
}

export function accepted<T>(value: T): { readonly ok: true; readonly value: T } {
  return { ok: true, value };
}

export function refused<E>(error: E): Failure<E> {
  return { ok: false, error };
}

/** Phase P found type, presence or limit violations: their texts are codes. */
export function invalidJson(details: readonly Violation[]): Failure<Rejection> {
  return refused({ status: 422, message: 'Invalid JSON', details });
}

/** One of the phases L to D found violations. */
export function invalidObject(details: readonly Violation[]): Failure<Rejection> {
  return refused({ status: 422, message: 'Object is not valid', details });
}

/** The input contradicts itself or its context as a whole. */
export function contradiction(message: string): Failure<Rejection> {
  return refused({ status: 422, message });
}
