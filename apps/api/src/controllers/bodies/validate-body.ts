import { validateSync, type ValidationError } from 'class-validator';
import { errorAnswer, type Answer } from '../../wire/answer.js';

/** A body of the right shape, or the answer that says what is wrong with it. */
export type ValidBody<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly answer: Answer };

const MISSING = 'error.path.missing';

/** Checks a parsed body against the decorators of its class; messages are schema codes (`spec/rest-api.md` §3.3). */
export function validateBody<T extends object>(shape: new () => T, json: unknown): ValidBody<T> {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    return invalid([{ path: '', errors: ['error.expected.jsobject'] }]);
  }
  const value = instanceOf(shape, json);
  const errors = validateSync(value, { forbidUnknownValues: false });
  return errors.length === 0 ? { ok: true, value } : invalid(errors.flatMap(violationsOf));
}

/**
 * The members as those of an instance, as they came: nobody looks into them but their decorators. Names that every object
 * inherits stay behind; the validator finds its rules by one of them.
 */
function instanceOf<T extends object>(shape: new () => T, json: object): T {
  const value = new shape();
  for (const [name, member] of Object.entries(json))
    if (!(name in Object.prototype)) Object.assign(value, { [name]: member });
  return value;
}

const invalid = (details: readonly object[]): { readonly ok: false; readonly answer: Answer } => ({
  ok: false,
  answer: errorAnswer(422, 'Invalid JSON', details),
});

/** What is missing breaks every other rule of its field too; only the first cause is worth telling. */
function violationsOf({ property, constraints = {}, value }: ValidationError): object[] {
  const codes = Object.values(constraints);
  const path = `/${property}`;
  if (codes.includes(MISSING)) return [{ path, errors: [MISSING] }];
  const ofItems = constraints['isString'];
  if (ofItems === undefined || !Array.isArray(value)) {
    // What has the wrong type breaks rules about its content too.
    const wrongType = constraints['isArray'] ?? codes.find((code) => code.startsWith('error.expected.'));
    return [{ path, errors: [wrongType ?? codes[0]] }];
  }
  return value.flatMap((item: unknown, index) =>
    typeof item === 'string' ? [] : { path: `${path}(${index})`, errors: [ofItems] },
  );
}
