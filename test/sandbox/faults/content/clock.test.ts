import {expect, it} from 'vitest';
import {clock} from '../../../faults/catalogue/content/clock.ts';
import {noon} from '../../client.ts';
import {open, subjects} from './subjects.ts';

const [subject] = subjects;

it.each([[undefined, 3_600_000], ['15m', 900_000], ['+1h30m', 5_400_000], ['-2h', -7_200_000]])('jumps by %s before it answers', async (by, ms) => {
	if (subject === undefined) throw new Error('there are no subjects');
	const {clock: time, page} = open(subject, 'clock', by === undefined ? {} : {by});
	const {rows} = await page();
	expect(time.now).toBe(noon + ms);
	const honest = (await open(subject).page()).rows;
	expect(rows.join() === honest.join()).toBe(ms > 0);
	expect(rows).toHaveLength(honest.length);
});

it.each(['1', 'yesterday', '--1h', ''])('does not take %j', by => {
	expect(clock.parameters.safeParse({by}).success).toBe(false);
});
