import {describe} from 'vitest';
import {sourceColumns} from './columns.ts';
import {testColumn} from './matrix.ts';

describe.each(sourceColumns.map(({name}) => name))('%s', name => {
	testColumn(name);
});
