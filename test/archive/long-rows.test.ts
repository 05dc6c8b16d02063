import {expect, it} from 'vitest';
import {LineSplitter} from '../../src/archive/lines.ts';
import {largestBytes, maxResponseProblem} from '../../src/base/size.ts';

it('reads back whatever an answer may hold', () => {
	expect(maxResponseProblem(`${largestBytes}b`)).toBeUndefined();
	expect(maxResponseProblem(`${largestBytes + 1}b`)).toContain('expected at most');
	const splitter = new LineSplitter();
	// One block many times over: what counts is how long the line is.
	const block = Buffer.alloc(2 ** 20, 'x');
	for (let bytes = 0; bytes < largestBytes; bytes += block.length) splitter.push(block);
	expect(splitter.isEndless).toBe(false);
	splitter.push(block);
	expect(splitter.isEndless).toBe(true);
});
