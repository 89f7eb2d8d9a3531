import type { FatalError } from './reasons.js';

/** What an operator should know besides the master's own words, and what to do (`spec/mesos-client.md §6.7`). */
const EXPLANATIONS: Readonly<Partial<Record<FatalError['code'], string>>> = {
  PrincipalChanged:
    'A framework keeps the principal with which it first registered: set --mesos_authentication_principal to that one ' +
    'again (the master shows it as `principal` of the framework in /state). A framework with another principal would be ' +
    'a second one, with none of the tasks of this one',
  InvalidRoles:
    'The master does not accept the roles of this framework: look at --mesos_role, the `role` of services, and the ' +
    '--roles of the master',
  RootSubmissionsDisabled:
    'The master runs no frameworks of root: set --mesos_user to another user, or start the master with --root_submissions',
  InvalidFailoverTimeout: 'Look at --failover_timeout: seconds, at most some 292 years',
};

/** The error with which a client gives up: the master's words, and where there is something to say, an explanation. */
export function fatalError({ reaction, code, message }: FatalError): FatalError {
  const explanation = EXPLANATIONS[code];
  return { reaction, code, message: explanation === undefined ? message : `${message} (${explanation})` };
}
