/** A file that can be downloaded and verified. */
export interface RemoteFile {
  /** `train-images-idx3-ubyte`; downloaded and kept as `.gz`. */
  readonly name: string;
  /** Size and sha256 of the unpacked bytes (how a mirror packs them may differ). */
  readonly bytes: number;
  readonly sha256: string;
}

/** A data set of four IDX files: training images and labels, test images and labels. */
export interface IdxSet {
  readonly name: string;
  readonly title: string;
  readonly credit: string;
  readonly mirrors: readonly string[];
  readonly classNames: readonly string[];
  readonly files: readonly [RemoteFile, RemoteFile, RemoteFile, RemoteFile];
}

export const idxNames = [
  'train-images-idx3-ubyte',
  'train-labels-idx1-ubyte',
  't10k-images-idx3-ubyte',
  't10k-labels-idx1-ubyte',
] as const;

const sizes = [47_040_016, 60_008, 7_840_016, 10_008] as const;

function fourFiles(a: string, b: string, c: string, d: string): IdxSet['files'] {
  const file = (i: number, sha256: string): RemoteFile => ({ name: idxNames[i], bytes: sizes[i], sha256 });
  return [file(0, a), file(1, b), file(2, c), file(3, d)];
}

export const idxSets: readonly IdxSet[] = [
  {
    name: 'mnist',
    title: '70,000 handwritten digits, 28x28',
    credit: 'Y. LeCun, C. Cortes & C. Burges, The MNIST database of handwritten digits',
    mirrors: ['https://ossci-datasets.s3.amazonaws.com/mnist/', 'https://storage.googleapis.com/cvdf-datasets/mnist/'],
    classNames: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
    files: fourFiles(
      'ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db',
      '65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5',
      '0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7',
      'ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2',
    ),
  },
  {
    name: 'fashion-mnist',
    title: '70,000 articles of clothing, 28x28',
    credit: 'H. Xiao, K. Rasul & R. Vollgraf (Zalando), Fashion-MNIST, MIT licence',
    mirrors: ['http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/'],
    classNames: [
      'T-shirt/top',
      'Trouser',
      'Pullover',
      'Dress',
      'Coat',
      'Sandal',
      'Shirt',
      'Sneaker',
      'Bag',
      'Ankle boot',
    ],
    files: fourFiles(
      'c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888',
      'bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9',
      '5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b',
      '0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34',
    ),
  },
];

export const embeddedNames = ['digits', 'breast-cancer', 'iris'] as const;

/** Every name that `--data` knows. */
export const dataNames: readonly string[] = [...embeddedNames, ...idxSets.map((set) => set.name)];

/** A user's `mnist.csv` is not the data set `mnist`, whose defaults it must not get. */
export function ownName(name: string, otherwise: string): string {
  return dataNames.includes(name) ? otherwise : name;
}
