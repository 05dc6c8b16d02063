import type {Ends} from '../../selector.ts';
import type {ConsoleShapeName} from '../shape-names.ts';
import {cursorShape} from './cursor.ts';
import {createOffsetShape} from './offset.ts';
import {pageShape} from './page.ts';
import type {ConsoleShape} from './types.ts';

/** The shape of this name. `ends` is how the `offset` shape reads the end of a range; the others have their own reading. */
export function consoleShape(name: ConsoleShapeName, ends: Ends): ConsoleShape {
	switch (name) {
		case 'page': return pageShape;
		case 'offset': return createOffsetShape(ends);
		case 'cursor': return cursorShape;
	}
}
