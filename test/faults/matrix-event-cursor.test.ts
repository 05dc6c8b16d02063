import {testColumn} from './matrix.ts';

testColumn('event (cursor)');
