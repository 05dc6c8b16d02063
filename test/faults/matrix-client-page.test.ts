import {testColumn} from './matrix.ts';

testColumn('client (page)');
