import {expect, it} from 'vitest';
import {Trips} from '../../src/http/budget.ts';

const cold = {cold: true};
const warm = {cold: false};

function tripsOf(...trips: ReadonlyArray<readonly [ms: number, kind: {cold: boolean}]>): Trips {
	const all = new Trips();
	for (const [ms, kind] of trips) all.add(ms, kind);
	return all;
}

it('knows nothing before the first trip, nor how short one can be as long as all of them were cold', () => {
	expect(tripsOf()).toMatchObject({spread: 0, shortest: undefined});
	expect(tripsOf([300, cold], [200, cold])).toMatchObject({spread: 100, shortest: undefined});
});

it('takes trips that were all alike for as short as they can be', () => {
	expect(tripsOf([200, warm])).toMatchObject({spread: 0, shortest: 200});
	expect(tripsOf([200, cold], [200, warm])).toMatchObject({spread: 0, shortest: 200});
});

it('takes the shortest for shorter by what few warm trips leave open, but never for less than nothing', () => {
	expect(tripsOf([110, warm], [100, warm])).toMatchObject({spread: 10, shortest: 90});
	expect(tripsOf([110, cold], [100, warm])).toMatchObject({spread: 10, shortest: 80});
	expect(tripsOf([100, cold], [110, warm], [105, warm], [110, warm], [110, warm])).toMatchObject({spread: 10, shortest: 95});
	expect(tripsOf([300, warm], [100, warm])).toMatchObject({spread: 200, shortest: 0});
});

it('believes a route that has become slower after 128 trips', () => {
	const trips = tripsOf([100, warm]);
	for (let count = 1; count < 128; count++) trips.add(500, warm);
	expect(trips.spread).toBe(400);
	trips.add(500, warm);
	expect(trips).toMatchObject({spread: 0, shortest: 500});
});
