import { errorAnswer, type Answer } from './answer.js';

// Texts of `spec/rest-api.md` §3.5. The variants with an empty `details` list are part of the contract.

export const uriNotFound = (): Answer => errorAnswer(404, 'URI not found');

/** Reads of an app, of its tasks and versions. */
export const appNotFound = (appId: string): Answer => errorAnswer(404, `App '${appId}' does not exist`, []);

export const versionNotFound = (appId: string, version: string): Answer =>
  errorAnswer(404, `App '${appId}' does not exist in version ${version}`, []);

/** Glob reads below a group. */
export const groupNotFound = (groupId: string): Answer =>
  errorAnswer(404, `Group '${groupId}' does not exist`);

/** Reads of a group and of its versions. */
export const unknownGroup = (groupId: string): Answer =>
  errorAnswer(404, `Group '${groupId}' does not exist`, []);

export const leaderNotFound = (): Answer => errorAnswer(404, 'There is no leader', []);
