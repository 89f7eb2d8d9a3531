export { diffDefinitions, type DefinitionChange, type Definitions } from './definitions-diff.js';
export { diffJson, type FieldChange, type Json, type JsonObject } from './json-diff.js';
