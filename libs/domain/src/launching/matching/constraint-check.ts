import type { Constraint } from '../../definitions/app/app-definition.js';
import { compileJavaRegex } from '../../definitions/java-regex.js';
import { scalarText } from './scalar-text.js';
import type { ValueCounts } from './value-counts.js';

/** What a constraint looks at besides the value that the offer has. */
export interface PlacementView {
  /** Target number of instances of the candidate's app [D2]. */
  targetInstances(): number;
  /** Counts of a field over the placed instances. */
  placed(field: string): ValueCounts;
}

/** A constraint ready to be asked; `value` is that of the offer, which has the field. */
export type ConstraintCheck = (value: string, view: PlacementView) => boolean;

const UNLIMITED_GROUPS = 2 ** 31 - 1;
const UNSIGNED_DECIMAL = /^\d+(?:\.\d*)?$/;

const compiled = new WeakMap<Constraint, ConstraintCheck>();

/** The check for a constraint of a stored definition; compiled once (`spec/scheduling.md` §3.5). */
export function checkFor(constraint: Constraint): ConstraintCheck {
  let check = compiled.get(constraint);
  if (check === undefined) {
    check = compile(constraint);
    compiled.set(constraint, check);
  }
  return check;
}

/** Whether the constraint holds where the field is missing. */
export function holdsWithoutField([, operator]: Constraint): boolean {
  return operator === 'UNLIKE';
}

function compile([field, operator, wanted = '']: Constraint): ConstraintCheck {
  switch (operator) {
    case 'UNIQUE':
      return (value, view) => view.placed(field).countOf(value) === 0;
    case 'CLUSTER':
      return wanted === '' ? likeTheFirst(field) : (value) => value === wanted;
    case 'LIKE':
      return matcher(wanted);
    case 'UNLIKE': {
      const matches = matcher(wanted);
      return (value, view) => !matches(value, view);
    }
    case 'IS': {
      const normal = UNSIGNED_DECIMAL.test(wanted) ? scalarText(wanted) : wanted;
      return (value) => value === normal;
    }
    case 'MAX_PER': {
      const limit = Number(wanted);
      return (value, view) => view.placed(field).countOf(value) < limit;
    }
    case 'GROUP_BY':
      return wanted === ''
        ? leastFilled(field)
        : groupsOf(field, wanted === 'inf' ? UNLIMITED_GROUPS : Number(wanted));
  }
}

function likeTheFirst(field: string): ConstraintCheck {
  return (value, view) => {
    const placed = view.placed(field);
    return placed.total === 0 || placed.first === value;
  };
}

/** So many answers of an expression are remembered: agents send the same few values over and over. */
const REMEMBERED_VALUES = 10_000;

/** Validation refuses what does not compile; should one be stored all the same, it matches nothing. */
function matcher(source: string): ConstraintCheck {
  const regex = compileJavaRegex(source);
  const known = new Map<string, boolean>();
  return (value) => {
    let matches = known.get(value);
    if (matches === undefined) {
      matches = regex?.test(value) === true;
      if (known.size >= REMEMBERED_VALUES) known.clear();
      known.set(value, matches);
    }
    return matches;
  };
}

/** [D1] */
function leastFilled(field: string): ConstraintCheck {
  return (value, view) => {
    const placed = view.placed(field);
    const count = placed.countOf(value);
    return count === 0 || count === placed.smallest;
  };
}

/** Even spread over a known number of groups: `base` each, the remainder one more. */
function groupsOf(field: string, groups: number): ConstraintCheck {
  return (value, view) => {
    const placed = view.placed(field);
    const count = placed.countOf(value);
    if (count === 0) return placed.buckets < groups;
    const target = view.targetInstances();
    const base = Math.floor(target / groups);
    const remainder = target % groups;
    return count < base || (count === base && remainder - placed.excessOver(base) > 0);
  };
}
