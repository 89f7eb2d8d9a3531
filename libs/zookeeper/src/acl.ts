import { ACL, Id, Permission } from 'node-zookeeper-client';

const ANYONE = new Id('world', 'anyone');
const CREATOR = new Id('auth', '');

/** Who may do what to a node. */
export type AccessList = readonly ACL[];

/** Everybody may do everything. */
export const OPEN_ACCESS: AccessList = [new ACL(Permission.ALL, ANYONE)];

/** Whoever is logged in as the creator may do everything, everybody may read. Needs credentials. */
export const CREATOR_ALL_WORLD_READ: AccessList = [
  new ACL(Permission.ALL, CREATOR),
  new ACL(Permission.READ, ANYONE),
];
