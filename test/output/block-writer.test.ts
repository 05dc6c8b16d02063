import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {BlockWriter} from '../../src/output/block-writer.ts';

const blockBytes = 16;

/** The blocks that come out when these texts go in, with a cut at the end. */
async function blocksOf(texts: readonly string[], bytesOfBlock = blockBytes): Promise<string[]> {
	const blocks: string[] = [];
	const writer = new BlockWriter(undefined, async bytes => {
		blocks.push(Buffer.from(bytes).toString('latin1'));
	}, bytesOfBlock);
	for (const text of texts) await writer.write(text);
	await writer.cut();
	return blocks;
}

const turn = async () => new Promise(setImmediate);

describe('blocks', () => {
	it('hold the text as UTF-8 and end where they end, however it was divided into writes', async () => {
		const character = fc.constantFrom('a', 'é', '审', '😀');
		await fc.assert(fc.asyncProperty(fc.array(fc.array(character, {maxLength: 30}), {maxLength: 6}), async texts => {
			const text = texts.flat().join('');
			const blocks = await blocksOf(texts.map(characters => characters.join('')));
			expect(blocks.join('')).toBe(Buffer.from(text).toString('latin1'));
			expect(blocks.filter(({length}) => length === 0 || length > blockBytes)).toEqual([]);
			expect(await blocksOf([text])).toEqual(blocks);
			expect(await blocksOf(texts.flat())).toEqual(blocks);
		}));
	});

	it('end where they would had they not begun small', async () => {
		const text = '审a'.repeat(60_000);
		const large = await blocksOf([text], 100_000);
		expect(large.join('')).toBe(Buffer.from(text).toString('latin1'));
		expect(large.slice(0, -1).every(({length}) => length > 100_000 - 3 && length <= 100_000)).toBe(true);
		expect(await blocksOf(text.match(/.{1,777}/gs) ?? [], 100_000)).toEqual(large);
	});

	it('end with whole characters, and only where no other one fits in', async () => {
		expect(await blocksOf(['审'.repeat(6)])).toEqual([Buffer.from('审'.repeat(5)).toString('latin1'), Buffer.from('审').toString('latin1')]);
		expect(await blocksOf(['a'.repeat(32)])).toEqual(['a'.repeat(16), 'a'.repeat(16)]);
	});

	it('are packed one by one, an empty one only if asked for', async () => {
		const packed: string[] = [];
		const writer = new BlockWriter(async block => Buffer.from(`<${Buffer.from(block).toString()}>`), async bytes => {
			packed.push(Buffer.from(bytes).toString());
		});
		await writer.cut();
		expect(packed).toEqual([]);
		await writer.write('a');
		await writer.write('b');
		await writer.cut();
		await writer.cut();
		await writer.cutEvenEmpty();
		expect(packed).toEqual(['<ab>', '<>']);
	});
});

describe('while a block is on its way', () => {
	it('fills up the next one, and then waits', async () => {
		const taken: Array<() => void> = [];
		let mostUnderWay = 0;
		let underWay = 0;
		const writer = new BlockWriter(undefined, async () => {
			mostUnderWay = Math.max(mostUnderWay, ++underWay);
			await new Promise<void>(resolve => {
				taken.push(resolve);
			});
			underWay--;
		}, blockBytes);
		await writer.write('x'.repeat(2 * blockBytes));
		let isWritten = false;
		const third = writer.write('x').finally(() => {
			isWritten = true;
		});
		await turn();
		expect({isWritten, blocks: taken.length}).toEqual({isWritten: false, blocks: 1});
		taken[0]?.();
		await third;
		const end = writer.cut();
		for (const index of [1, 2]) {
			await turn();
			taken[index]?.();
		}
		await end;
		expect({mostUnderWay, underWay}).toEqual({mostUnderWay: 1, underWay: 0});
	});

	it('leaves its bytes alone', async () => {
		const blocks: string[] = [];
		const writer = new BlockWriter(undefined, async bytes => {
			await turn();
			blocks.push(Buffer.from(bytes).toString());
		}, blockBytes);
		const text = Array.from({length: 10}, (_, digit) => String(digit).repeat(blockBytes)).join('');
		await writer.write(text);
		await writer.cut();
		expect(blocks.join('')).toBe(text);
	});
});

it('tells of a failure at the next write or cut, and hands on nothing after it', async () => {
	let calls = 0;
	const createFailing = () => new BlockWriter(undefined, async () => {
		calls++;
		throw new Error('disk full');
	}, blockBytes);
	const block = 'x'.repeat(blockBytes + 1);
	const cut = createFailing();
	await cut.write(block);
	await expect(cut.cut()).rejects.toThrow('disk full');
	await expect(cut.cut()).rejects.toThrow('disk full');
	const written = createFailing();
	await written.write(block);
	await expect(written.write(block)).rejects.toThrow('disk full');
	expect(calls).toBe(2);
});
