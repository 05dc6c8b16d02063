import {testColumn} from './matrix.ts';

testColumn('app-log server');
