import * as z from 'zod';
import {duration} from '../../../src/access/config/schema-parts.ts';
import {parseDuration} from '../../../src/base/duration.ts';

/** A span of time such as `2s`, as milliseconds. */
export const milliseconds = duration.transform(text => parseDuration(text) ?? 0);

/** A number of bytes. */
export const byteCount = (max: number) => z.int('expected a whole number of bytes').min(1, 'expected at least 1').max(max, `expected at most ${max}`);
