export { naiveForecast, seasonalNaiveForecast, type MissingValues } from './baselines/naive.ts';
export { LinearForecaster } from './baselines/linear.ts';
export { LeastSquares, leastSquares, type LeastSquaresOptions } from './baselines/least-squares.ts';
export {
  calendarParts,
  withCalendar,
  withDayOfWeek,
  withDayOfYear,
  type CalendarPart,
} from './calendar.ts';
export type { ColumnOptions } from './csv-columns.ts';
export {
  parseCsv,
  parseCsvSeries,
  readBytes,
  readCsv,
  readText,
  type CsvOptions,
  type TimeOptions,
} from './csv.ts';
export { parseCsvTables, type Table, type TableOptions } from './csv-tables.ts';
export { parseArrow } from './arrow.ts';
export { parseParquet } from './parquet.ts';
export type { FileTableOptions } from './file-table.ts';
export { DataError, listed, type DataErrorCode, type DataErrorDetails } from './errors.ts';
export {
  inspectCsv,
  inspectTimes,
  type ColumnKind,
  type ColumnLook,
  type CsvLook,
  type TimesLook,
} from './inspect.ts';
export { classLevels, muLawCompress, muLawDecode, muLawEncode, muLawExpand } from './mu-law.ts';
export { seededRandom, shuffle } from './random.ts';
export { encodeWav } from './wav.ts';
export { errorsByHorizon, type Forecasts, type HorizonErrors } from './metrics.ts';
export {
  fitMinMaxScaler,
  fitStandardScaler,
  fixedScaler,
  Scaler,
  scalerFromJson,
  type ColumnScale,
  type FitOptions,
  type ScalerDocument,
} from './scaler.ts';
export {
  ahead,
  column,
  columnNames,
  interpolated,
  missingTimes,
  oneHot,
  rowAt,
  timeAt,
  withColumns,
  type RowRange,
  type Series,
} from './series.ts';
export {
  describeRange,
  rowsBetween,
  splitByDate,
  type RowBounds,
  type Split,
  type SplitDates,
} from './split.ts';
export type { FloatTensor } from './tensor.ts';
export {
  addSteps,
  DAY,
  describeSpacing,
  formatTime,
  hasClock,
  hasOffset,
  parseTime,
  spacingOf,
  stepsBetween,
  stepUnits,
  timeParser,
  type CalendarSpacing,
  type Spacing,
  type Step,
  type StepOf,
  type StepUnit,
} from './time.ts';
export { zoneClock, type ShownTimes, type WallTime, type ZoneClock } from './zone.ts';
export {
  windows,
  Windows,
  type Batch,
  type BatchOptions,
  type WindowKind,
  type WindowOptions,
} from './windows.ts';
