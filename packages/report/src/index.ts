export { forecastReport } from './forecast-report.ts';
export { imputationReport } from './imputation-report.ts';
export { classificationReport, generationReport } from './sequences-report.ts';
export {
  mostSeries,
  type Report,
  type ReportOptions,
  type Section,
  type TrainedExperiment,
} from './report.ts';
export { renderReport, type RenderedReport } from './html/page.ts';
export { ChartError, renderSvg } from './svg.ts';
export { chartSpec, type Chart, type Line, type View } from './charts/chart.ts';
export { forecastChart, type Band, type ForecastPlot } from './charts/forecast.ts';
export { gapsChart, type GapsPlot, type Points } from './charts/gaps.ts';
export { horizonChart, type HorizonPlot, type StepErrors } from './charts/horizon.ts';
export { lossChart } from './charts/loss.ts';
export {
  histogramChart,
  residualsChart,
  type HistogramPlot,
  type ResidualsPlot,
  type Sample,
} from './charts/residuals.ts';
export {
  classificationTables,
  errorTables,
  generationTables,
  imputationTables,
  stepTables,
  type DataTable,
} from './tables.ts';
export { formatNumber, percentOf } from './numbers.ts';
