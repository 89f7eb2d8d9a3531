/**
 * The framework id cannot be used or is missing: what an operator can do (`spec/operations.md` §17). There is no second
 * framework unless somebody asked for it.
 */
const CHOICE =
  'Either bring the framework back (the master knows it again, or the event log is restored to the state of this ' +
  'cluster), or give it up: stop all nodes of this cluster and run `npm run ekidenctl -- framework reset`, which ' +
  'declares all its tasks lost; the next leader registers a new framework and launches every app anew. Nothing of that ' +
  'happens by itself, and tasks that still run on the cluster would then run beside their successors';

export const FRAMEWORK_ID_MISSING =
  'the log holds running instances but no framework id: registering anew would orphan every task. ' + CHOICE;

/** The master said that it removed the framework. */
export const frameworkRemoved = (frameworkId: string | undefined, said: string): string =>
  `the Mesos master removed framework ${frameworkId ?? ''} and killed its tasks; the same id cannot register again ` +
  `(${said}). ${CHOICE}`;
