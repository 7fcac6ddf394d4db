//! Kinds of quarters and how each is built.

use super::{
    lattice::{Mesh, remoteness},
    random::Random,
};

/// How a quarter grew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quarter {
    /// The old town: crooked lanes, houses wall to wall.
    Old,
    /// Planned on flat land: straight streets, blocks of flats.
    Grid,
    /// On the slope: long streets along the hill, steps across.
    Slope,
    /// At the edge: houses in hazelnut groves.
    Edge,
    /// Workshops and halls.
    Industry,
}

/// The measures of a kind of quarter, in metres and square metres.
pub(super) struct Measures {
    /// Distance of streets along the hill and across it.
    pub(super) streets: [f64; 2],
    /// Width between fronts.
    pub(super) width: f64,
    /// Area of one plot.
    pub(super) plot: f64,
    /// From the plot's front to the building.
    pub(super) setback: [f64; 2],
    /// From the building to the next plot at either side.
    pub(super) side: [f64; 2],
    /// Depth of a building.
    pub(super) depth: [f64; 2],
    /// Widest building.
    pub(super) widest: f64,
    /// Floors above ground.
    pub(super) floors: [f64; 2],
    /// Years in which it was built.
    pub(super) years: [f64; 2],
    /// Share of plots that are still empty.
    pub(super) empty: f64,
}

impl Quarter {
    /// What stands in a mesh, when the city reaches `reach` rows.
    pub(super) fn of(seed: u64, mesh: Mesh, reach: f64) -> Self {
        let (i, j) = mesh;
        let far = remoteness(mesh) / reach.max(1.0);
        let mut random = Random::of(seed, &[3, i.into(), j.into()]);
        if (i == 0 || i == -1) && j == 0 || (i == 0 && j == 1) {
            return Self::Old;
        }
        if j == 1 && i.rem_euclid(9) == 6 {
            return Self::Industry;
        }
        if j >= 5 || (far > 0.7 && j >= 1 && random.chance(0.5)) {
            return Self::Edge;
        }
        // The higher, the steeper.
        if j >= 1 && random.chance(if j >= 2 { 0.75 } else { 0.35 }) {
            return Self::Slope;
        }
        if random.chance(0.12) { Self::Old } else { Self::Grid }
    }

    pub(super) const fn measures(self) -> Measures {
        match self {
            Self::Old => Measures {
                streets: [42.0, 62.0],
                width: 7.0,
                plot: 185.0,
                setback: [0.6, 1.2],
                side: [0.4, 0.7],
                depth: [8.0, 13.0],
                widest: 19.0,
                floors: [2.0, 5.5],
                years: [1935.0, 2005.0],
                empty: 0.05,
            },
            Self::Grid => Measures {
                streets: [62.0, 118.0],
                width: 10.0,
                plot: 470.0,
                setback: [3.0, 5.0],
                side: [1.2, 3.2],
                depth: [11.0, 16.0],
                widest: 24.0,
                floors: [4.0, 10.5],
                years: [1978.0, 2025.0],
                empty: 0.07,
            },
            Self::Slope => Measures {
                streets: [54.0, 165.0],
                width: 8.0,
                plot: 400.0,
                setback: [2.0, 4.5],
                side: [1.0, 3.0],
                depth: [9.0, 13.0],
                widest: 18.0,
                floors: [3.0, 7.5],
                years: [1972.0, 2022.0],
                empty: 0.16,
            },
            Self::Edge => Measures {
                streets: [105.0, 190.0],
                width: 7.0,
                plot: 1_150.0,
                setback: [4.0, 9.0],
                side: [3.0, 6.0],
                depth: [9.0, 12.0],
                widest: 14.0,
                floors: [1.0, 3.5],
                years: [1965.0, 2024.0],
                empty: 0.34,
            },
            Self::Industry => Measures {
                streets: [98.0, 150.0],
                width: 13.0,
                plot: 1_900.0,
                setback: [5.0, 8.0],
                side: [3.0, 6.0],
                depth: [22.0, 38.0],
                widest: 42.0,
                floors: [1.0, 2.9],
                years: [1985.0, 2023.0],
                empty: 0.1,
            },
        }
    }
}
