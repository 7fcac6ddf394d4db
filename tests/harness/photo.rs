//! A photo as a phone takes it: the smallest JPEG, with camera and place in its Exif part.

/// The camera's name in it.
pub const CAMERA: &str = "SahaKamera";

/// Its bytes.
pub fn photo() -> Vec<u8> {
    let mut out = vec![0xff, 0xd8];
    segment(&mut out, 0xe1, &[b"Exif\0\0".as_slice(), &tiff()].concat());
    segment(&mut out, 0xdb, &[[0].as_slice(), &[1; 64]].concat());
    segment(&mut out, 0xc0, &[8, 0, 1, 0, 1, 1, 1, 0x11, 0]);
    for class in [0x00, 0x10] {
        segment(&mut out, 0xc4, &[[class, 1].as_slice(), &[0; 15], &[0]].concat());
    }
    segment(&mut out, 0xda, &[1, 1, 0, 0, 63, 0]);
    out.extend([0x3f, 0xff, 0xd9]);
    out
}

fn segment(out: &mut Vec<u8>, marker: u8, body: &[u8]) {
    out.extend([0xff, marker]);
    out.extend(u16::try_from(body.len() + 2).expect("short").to_be_bytes());
    out.extend(body);
}

/// Two directories: the camera, and the place in whole degrees and minutes.
fn tiff() -> Vec<u8> {
    let entry = |tag: u16, kind: u16, count: u32, value: u32| {
        [tag.to_le_bytes().to_vec(), kind.to_le_bytes().to_vec(), count.to_le_bytes().to_vec(), value.to_le_bytes().to_vec()]
            .concat()
    };
    let letter = |c: u8| u32::from(c);
    let camera = [CAMERA.as_bytes(), b"\0"].concat();
    // Header 8; first directory 2 + 2 × 12 + 4; second 2 + 4 × 12 + 4.
    let (second, places) = (38, 92);
    let name = places + 48;
    let mut out = b"II*\0\x08\0\0\0".to_vec();
    out.extend(2_u16.to_le_bytes());
    out.extend(entry(0x010f, 2, u32::try_from(camera.len()).expect("short"), name));
    out.extend(entry(0x8825, 4, 1, second));
    out.extend([0; 4]);
    out.extend(4_u16.to_le_bytes());
    out.extend(entry(1, 2, 2, letter(b'N')));
    out.extend(entry(2, 5, 3, places));
    out.extend(entry(3, 2, 2, letter(b'E')));
    out.extend(entry(4, 5, 3, places + 24));
    out.extend([0; 4]);
    for number in [41_u32, 0, 0, 39, 45, 0] {
        out.extend([number.to_le_bytes(), 1_u32.to_le_bytes()].concat());
    }
    out.extend(camera);
    out
}
