import { isSubmittedId } from '../../../ids/path-id.js';
import { int, literal, record, string } from '../../json/reader.js';

/** An id as submitted: relative or absolute (`spec/definitions.md` §3.1). */
export const pathId = string({ minLength: 1, matches: isSubmittedId });

/** Any port, 0 included. */
export const port = int({ min: 0, max: 65535 });

/** A number of seconds, or another count that cannot be negative. */
export const count = int({ min: 0 });

export const labels = record(string());

export const nonEmptyText = string({ minLength: 1 });

/** Paths and URIs: 1 to 1024 characters. */
export const shortText = string({ minLength: 1, maxLength: 1024 });

const PORT_NAME = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/;
export const portName = string({ minLength: 1, matches: (text) => PORT_NAME.test(text) });

export const protocol = literal('tcp', 'udp', 'udp,tcp');
