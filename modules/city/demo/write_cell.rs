//! One cell as edits: its streets, parcels, buildings, doors, units, parks and places.

use super::{
    cell::Cell,
    numbers,
    rows::{Thing, area, line, point, reference, text},
    write::{Row, Writer, square_metres},
};
use meydan_kernel::Value;

impl Writer {
    /// All of the cell that grew as the `order`th.
    pub(super) fn cell(&mut self, order: usize) -> Vec<Row> {
        let cell = self.city.cell(order);
        let part = order + 1;
        let mut rows = Vec::with_capacity(cell.plots.len() * 3 + cell.streets.len() * 4);
        self.lanes(&cell, order, &mut rows);
        self.plots(&cell, order, &mut rows);
        self.houses(&cell, order, &mut rows);
        self.doors(&cell, order, &mut rows);
        self.units(&cell, order, &mut rows);
        for (index, park) in cell.parks.iter().enumerate() {
            rows.push(self.park(part, index, order, &park.ring, park.name.clone(), park.kind));
        }
        for (index, place) in cell.places.iter().enumerate() {
            let door = place.door.map(|d| self.sheets.id(part, Thing::Door, d));
            let fields = [
                ("official_id", text(format!("Y-{:07}", part * 1_000 + index))),
                ("name", text(place.name.clone())),
                ("service_type", text(place.service)),
                ("kind", text(place.kind)),
                ("neighbourhood", Value::Reference(self.neighbourhood_id(order))),
                ("door", reference(door)),
            ];
            rows.push(self.sheets.row(
                "point_of_interest",
                self.sheets.id(part, Thing::Place, index),
                point(place.at),
                &fields,
            ));
        }
        rows
    }

    fn lanes(&self, cell: &Cell, order: usize, rows: &mut Vec<Row>) {
        let (sheets, part) = (&self.sheets, order + 1);
        let neighbourhood = Value::Reference(self.neighbourhood_id(order));
        let first = self.city.neighbourhoods[order].first_lane;
        for (index, street) in cell.streets.iter().enumerate().filter(|(_, s)| s.edge.is_none()) {
            let lane = first + index - 4;
            let id = sheets.id(part, Thing::Street, index);
            // Through roads are the metropolitan municipality's (law 5216, article 7/g); without some of them nobody would see
            // who is asked about whose road.
            let maintained_by = if lane.is_multiple_of(2) { "metropolitan" } else { "district" };
            let fields = [
                ("official_id", text(format!("{}", 930_000_001 + lane))),
                ("name", text(self.city.names.lane(lane))),
                ("type", text("sokak")),
                ("neighbourhood", neighbourhood.clone()),
                ("maintained_by", text(maintained_by)),
            ];
            rows.push(sheets.row("street", id, line(&cell.lines[index]), &fields));
            let surface = match street.class {
                "steps" => "concrete",
                "pedestrian" => "cobble",
                _ if lane.is_multiple_of(3) => "pavers",
                _ => "asphalt",
            };
            let centreline = sheets.id(part, Thing::Centreline, index);
            let road = (street.class, street.width, surface);
            rows.push(self.centreline(centreline, id, 940_000_001 + lane, road, &cell.lines[index]));
            for k in 0..2 {
                let side = sheets.id(part, Thing::Side, index * 2 + k);
                rows.push(self.side(side, centreline, k, 950_000_001 + lane * 2 + k, neighbourhood.clone()));
            }
        }
    }

    fn plots(&self, cell: &Cell, order: usize, rows: &mut Vec<Row>) {
        for (index, plot) in cell.plots.iter().enumerate() {
            let fields = [
                ("number", text(format!("{}/{}", plot.block, plot.number))),
                ("block", text(plot.block.to_string())),
                ("parcel", text(plot.number.to_string())),
                ("neighbourhood", Value::Reference(self.neighbourhood_id(order))),
                ("kind", text(plot.kind)),
                ("area_m2", square_metres(&plot.ring)),
            ];
            rows.push(self.sheets.row("parcel", self.sheets.id(order + 1, Thing::Parcel, index), area(&plot.ring), &fields));
        }
    }

    fn houses(&self, cell: &Cell, order: usize, rows: &mut Vec<Row>) {
        let (sheets, part) = (&self.sheets, order + 1);
        for (index, house) in cell.houses.iter().enumerate() {
            let fields = [
                ("official_id", text(format!("9{:04}{:04}", order, index))),
                ("name", house.name.clone().map_or(Value::Null, text)),
                ("kind", text(house.kind)),
                ("status", text(house.status)),
                ("floors", Value::Int(house.floors)),
                ("floors_below", Value::Int(house.below)),
                ("built_year", Value::Int(house.year)),
                ("units", Value::Int(house.units)),
                ("neighbourhood", Value::Reference(self.neighbourhood_id(order))),
                ("parcel", Value::Reference(sheets.id(part, Thing::Parcel, house.plot))),
            ];
            rows.push(sheets.row("building", sheets.id(part, Thing::Building, index), area(&house.footprint.ring), &fields));
        }
    }

    fn doors(&self, cell: &Cell, order: usize, rows: &mut Vec<Row>) {
        let (sheets, part) = (&self.sheets, order + 1);
        for (index, door) in cell.doors.iter().enumerate() {
            let side = usize::from(!door.left);
            let edge = cell.streets[door.street].edge.and_then(|key| self.city.edge_of.get(&key).copied());
            let (street, side_id, before) = match edge {
                Some(e) => {
                    let street = sheets.id(0, Thing::Street, self.city.edges[e].street);
                    (street, sheets.id(0, Thing::Side, e * 2 + side), self.city.edges[e].before[side])
                }
                None => (sheets.id(part, Thing::Street, door.street), sheets.id(part, Thing::Side, door.street * 2 + side), 0),
            };
            let value = numbers::value(before, door.rank, door.left);
            let suffix = if door.lettered { "A" } else { "" };
            let fields = [
                ("official_id", text(format!("8{:04}{:05}", order, index))),
                ("number", text(format!("{value}{suffix}"))),
                ("number_value", Value::Int(value)),
                ("number_suffix", if door.lettered { text(suffix) } else { Value::Null }),
                ("type", text(door.kind)),
                ("status", text("active")),
                ("street", Value::Reference(street)),
                ("side", Value::Reference(side_id)),
                ("building", Value::Reference(sheets.id(part, Thing::Building, door.house))),
                ("parcel", Value::Reference(sheets.id(part, Thing::Parcel, cell.houses[door.house].plot))),
                ("main_door", reference(door.main.map(|main| sheets.id(part, Thing::Door, main)))),
                ("neighbourhood", Value::Reference(self.neighbourhood_id(order))),
                ("postal_code", text(self.postal_code(order))),
            ];
            rows.push(sheets.row("door", sheets.id(part, Thing::Door, index), point(door.at), &fields));
        }
    }

    /// Flats and shops of the cell's buildings, while some may be written: their survey starts at the centre.
    fn units(&mut self, cell: &Cell, order: usize, rows: &mut Vec<Row>) {
        let part = order + 1;
        let mut index = 0;
        for (number, door) in cell.doors.iter().enumerate().filter(|(_, d)| d.main.is_none()) {
            let house = &cell.houses[door.house];
            let units = house.units.max(0) as usize;
            if units > self.units_left {
                return;
            }
            self.units_left -= units;
            let above = (house.floors - house.below).max(1) as usize;
            let per_floor = units.div_ceil(above).max(1);
            for unit in 0..units {
                let floor = unit / per_floor;
                let used = match (house.kind, floor) {
                    ("karma", 0) | ("ticari" | "sanayi", _) => "workplace",
                    ("konut" | "karma", _) => "dwelling",
                    _ => "public",
                };
                let fields = [
                    ("address_code", text(format!("9{:04}{:05}", order, index))),
                    ("inner_number", text((unit + 1).to_string())),
                    ("building", Value::Reference(self.sheets.id(part, Thing::Building, door.house))),
                    ("door", Value::Reference(self.sheets.id(part, Thing::Door, number))),
                    ("floor", Value::Int(floor as i64)),
                    ("use", text(used)),
                ];
                rows.push(self.sheets.row("independent_unit", self.sheets.id(part, Thing::Unit, index), None, &fields));
                index += 1;
            }
        }
    }
}
