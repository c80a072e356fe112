/* What the map is given: its data, geodata/built/map.json as kazatlas.build.map_data makes it, and the options that
 * kazatlas.web.map and kazatlas.web.lesson write. */
import type { LatLngLiteral, Map as LeafletMap, MapOptions } from "leaflet";

export type View = "de_jure" | "de_facto";
export type Lang = "kk" | "ru" | "en";
/** The same text in Kazakh, Russian and English. */
export type Texts = [string, string, string];
/** In the map's data x and y on its grid; elsewhere longitude and latitude in degrees. */
export type Pair = [number, number];
export type Ring = LatLngLiteral[];

// ---- geometries of the map's data: numbers of arcs, and ~number for an arc read backwards

export interface Polygon { type: "Polygon"; arcs: number[][] }
export interface MultiPolygon { type: "MultiPolygon"; arcs: number[][][] }
export interface LineString { type: "LineString"; arcs: number[] }
export interface MultiLineString { type: "MultiLineString"; arcs: number[][] }
export interface Point { type: "Point"; coordinates: Pair; arcs?: undefined }
export interface Nowhere { type: null; arcs?: undefined }
export type Area = Polygon | MultiPolygon;

export interface Collection<Geometry> { type?: "GeometryCollection"; geometries: Geometry[] }

export interface BorderProperties {
  id: string;
  /** The two faces beside it; -1 where the map ends. */
  sides: Pair;
  /** Whether it is the frame of the map, where no land ends; such a one rests on nothing and has none of the rest. */
  frame?: boolean;
  basis?: string;
  certainty?: string;
  /** How it is drawn: solid, dashed, dotted, or guess. */
  evidence?: string;
  /** How near the line is to where the border ran, in kilometres. */
  km?: number;
  /** A number in `methods`. */
  method?: number;
}

export interface UnitProperties {
  unit: string;
  name: Texts;
  label: Texts;
  /** 0 a state or authority, 1 a gubernia or oblast, 2 a uezd or raion. */
  level: number;
  /** Its first day. */
  from: string;
  /** The unit above it by decree, and the one that ran it. */
  parent?: string;
  by?: string;
  seat?: string;
  border?: string;
  /** Which of four strengths of its gubernia's colour it has. */
  tint: number;
  /** Faces that it holds by itself, not through units below it. */
  faces?: number[];
  /** Where its label stands, on the grid: in the whole unit, and in what is left of it beside the units below it. */
  point?: Pair;
  tile_point?: Pair;
}

export interface ZoneProperties { title: Texts; kind: string; certainty?: string; from?: string; to?: string }
export interface StopEvent { id: string; title: Texts; tick: Texts; precision?: string }
export interface Stop { date: string; events: StopEvent[] }
/** A date on which some source puts an event that the timeline puts elsewhere. */
export interface Alternative { date: string; event: string; reading: Texts }
export interface Method { title: Texts; sources: string[] }
/** A town; a day's answers say which of its names it bore. */
export interface Town { id: string; point: Pair; rank: number; names: Texts[] }

/** What changes from a stop to the next: flat lists of a number and what is said of it; see `Day`. */
export interface DayDifference {
  versions?: number[];
  faces?: number[];
  lines?: number[];
  fills?: number[];
  towns?: number[];
  claims?: (string | number[])[];
  hatches?: (number | number[])[];
  key?: (number | number[])[];
  /** By kind, what has no answer any more. */
  gone?: Record<string, (number | string)[]>;
}
export interface Answers {
  /** Ids of units, words of ranks and of kinds of fills, by their numbers. */
  units: string[];
  ranks: string[];
  fill_kinds: string[];
  days: Record<View, DayDifference[]>;
}
export type BaseGeometry = (Area | MultiLineString) & { properties: Record<string, never> };
export type WaterLabel = Point & { properties: { name: Texts; rank?: number; angle?: number } };

export interface MapData {
  type: "Topology";
  data_version?: string;
  transform: { scale: Pair; translate: Pair };
  /** Each arc's first point and the steps from there, on the grid. */
  arcs: Pair[][];
  objects: {
    borders: Collection<LineString & { properties: BorderProperties }>;
    faces: Collection<Area & { id: string; properties: { kind: string } }>;
    units: Collection<(Area | Point | Nowhere) & { id: string; properties: UnitProperties }>;
    zones: Collection<Area & { id: string; properties: ZoneProperties }>;
    base_water_labels?: Collection<WaterLabel>;
    [base: `base_${string}`]: Collection<BaseGeometry> | Collection<WaterLabel> | undefined;
  };
  stops: Stop[];
  alternatives: Alternative[];
  places: Town[];
  methods: Method[];
  /** Titles of sources by their ids. */
  sources: Record<string, string>;
  /** What the map shows at each stop; see kazatlas.build.day_differences. */
  answers: Answers;
  /** The borders that a stop took away: date, view, and numbers of borders by level 0, 1, 2. */
  ghosts: Record<string, Partial<Record<View, number[][]>>>;
}

// ---- the same, decoded

export type Border = BorderProperties & { line: Ring };
export interface Face { id: string; water: boolean; rings: Ring[] }
export type Zone = ZoneProperties & { id: string; rings: Ring[] };
export type Version = UnitProperties & {
  id: string;
  geometry: Area | Point | Nowhere;
  // Worked out when they are first wanted.
  rings?: Ring[];
  tileRings?: Ring[];
  extent?: number;
};

// ---- what is shown

export interface State {
  date: string;
  /** The number of the stop shown. */
  stop: number;
  view: View;
  level: number;
  unit: string | null;
  zone: string | null;
  /** The second of two dates beside each other. */
  compare: string | null;
  /** A chosen point: longitude and latitude in degrees. */
  point: Pair | null;
  lang: Lang;
  /** Of the last command obeyed. */
  serial: number;
  embed?: boolean;
  guests?: Guest[];
  pick?: boolean;
  show?: boolean;
}

/** What the page is told of the state. */
export type Report = Pick<State, "date" | "view" | "level" | "unit" | "zone" | "compare" | "point" | "serial">;

/** A word from outside; what it does not name stays as it is. */
export type Command = Partial<Omit<State, "stop" | "serial">> & { serial: number };

/** A reader's own shape; its geometry is GeoJSON, as kazatlas.web.upload makes it. */
export interface Guest { geometry: import("geojson").Geometry; label?: string }

export interface Options {
  data: MapData | string;
  words: Record<Lang, Record<string, string>>;
  dates: Record<string, Texts>;
  state: Partial<State> & { lang: Lang };
  report?: (report: Report) => void;
  /** Where the element is put; the page's body when there is none. */
  frame?: HTMLElement | null;
  witnesses?: string;
  tiles?: { url: string; credit: string };
}

// ---- the places that prove the border, as kazatlas.web.map.witness_data writes them

export interface Witness {
  id: string;
  at: Pair;
  name: string;
  unit: string;
  from: string;
  volost?: string | null;
  km: number | null;
  quote?: string | null;
  source: string;
  url?: string | null;
  locator: string;
  status: string;
  spans: { view: View; valid_from: string; valid_to: string; carried?: string | null }[];
}

// ---- the page of the app, and the lesson

export interface PageWords {
  lang: Lang;
  /** The name of the map's frame. */
  frame: string;
  /** Streamlit's own word, and ours in each language. */
  words: Record<string, string>[];
  copy: string;
  copied: string;
  not_copied: string;
  failed: string;
  /** The address of the citations to be copied, the names of their styles, and what the map's frame will ask for. */
  copies: string;
  styles: string[];
  ahead: string[];
}

/** Citations to be copied: source, place in it, and a text for each style. */
export type Copies = Record<string, Record<string, string[]>>;

export interface LessonOptions {
  state: Partial<State> & Pick<State, "date" | "view" | "unit" | "zone" | "lang">;
  map: MapOptions;
  words: Record<string, string>;
}

/** See kazatlas.web.lesson: each text is a list of numbers of parts. */
export interface LessonCards {
  parts: string[];
  texts: number[][];
  units: Record<View, Record<string, [string, number][]>>;
  zones: Record<View, Record<string, [string, number][]>>;
  events: Record<View, Record<string, number[]>>;
}

declare global {
  interface Window {
    L: typeof import("leaflet");
    Kazatlas: {
      start(map: LeafletMap, options: Options): Promise<import("./element.js").AtlasElement>;
      underStreamlit(map: LeafletMap, options: Options): Promise<import("./element.js").AtlasElement>;
    };
    kazatlas: { element?: import("./element.js").AtlasElement; command(command: Command): void };
    KAZATLAS_WORDS: Pick<Options, "words" | "dates">;
    KAZATLAS_LESSON: LessonOptions;
    KAZATLAS_PAGE: PageWords;
    kazatlasPage?: PageWords;
    kazatlasObserver?: MutationObserver;
    kazatlasCopies?: Promise<Copies> | null;
    Streamlit: { RENDER_EVENT: string; events: EventTarget; setComponentValue(value: unknown): void };
  }
}
