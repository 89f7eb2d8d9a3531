import { compileJavaRegex } from '../../java-regex.js';
import type { Violations } from '../../violations.js';
import type { ConstraintOperator } from '../app-definition.js';

const OPERATORS: ReadonlySet<string> = new Set<ConstraintOperator>([
  'UNIQUE',
  'CLUSTER',
  'GROUP_BY',
  'LIKE',
  'MAX_PER',
  'UNLIKE',
  'IS',
]);
const LITERAL = /^[a-zA-Z0-9_/.-]*$/;
const INTEGER = /^[+-]?\d+$/;
const MAX_INT = 2 ** 31 - 1;

/** Phase C: placement constraints (`spec/definitions.md` §8). Operators count in any case. */
export function constraintRules(constraints: readonly (readonly string[])[], violations: Violations): void {
  constraints.forEach((constraint, index) => {
    const error = constraintError(constraint);
    if (error !== undefined) violations.add(`/constraints(${index})`, error);
  });
}

function constraintError(constraint: readonly string[]): string | undefined {
  if (constraint.length < 2 || constraint.length > 3) return 'Each constraint must have either 2 or 3 fields';
  const [field, submitted, value] = constraint;
  if (field === undefined || field === '' || submitted === undefined)
    return 'illegal constraint specification';
  const operator = submitted.toUpperCase();
  if (!isOperator(operator)) {
    return 'operator must be one of the following UNIQUE, CLUSTER, GROUP_BY, LIKE, MAX_PER, UNLIKE or IS';
  }
  return valueError(operator, value);
}

function isOperator(text: string): text is ConstraintOperator {
  return OPERATORS.has(text);
}

function valueError(operator: ConstraintOperator, value: string | undefined): string | undefined {
  switch (operator) {
    case 'UNIQUE':
      return value === undefined ? undefined : 'UNIQUE does not accept a value';
    case 'CLUSTER':
      return undefined;
    case 'GROUP_BY':
      if (value === undefined || isInteger(value)) return undefined;
      return 'GROUP BY must define an integer value or else no value at all';
    case 'MAX_PER':
      return value !== undefined && isInteger(value) ? undefined : 'MAX_PER requires an integer value';
    case 'LIKE':
    case 'UNLIKE':
      if (value === undefined) return 'LIKE and UNLIKE require a non-empty, regular expression value';
      return compileJavaRegex(value) === undefined ? 'is not a valid regular expression' : undefined;
    case 'IS':
      if (LITERAL.test(value ?? '')) return undefined;
      return (
        'IS only supports Mesos text and float values ' +
        '(see http://mesos.apache.org/documentation/latest/attributes-resources/)'
      );
  }
}

function isInteger(text: string): boolean {
  const value = INTEGER.test(text) ? Number(text) : Number.NaN;
  return value >= -MAX_INT - 1 && value <= MAX_INT;
}
