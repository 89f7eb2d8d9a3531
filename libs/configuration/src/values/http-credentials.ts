import { parsed, unexpected, type ValueType } from './value-type.js';

/** The one account of HTTP basic authentication (`spec/operations.md §10.1`). */
export interface HttpCredentials {
  readonly user: string;
  readonly password: string;
}

/** `user:password`, split at the first colon, so that a password may hold colons. */
export const httpCredentialsType: ValueType<HttpCredentials> = {
  arity: 'value',
  expects: 'user:password, neither part empty',
  placeholder: 'USER:PASSWORD',
  parse(text) {
    const colon = text.indexOf(':');
    if (colon <= 0 || colon === text.length - 1) return unexpected;
    return parsed({ user: text.slice(0, colon), password: text.slice(colon + 1) });
  },
  show: () => '***',
};
