/**
 * The cities of the world by name, largest first. Looked up by a folded name, so a question costs no walk over all.
 *
 * @module
 */
import { type CityData, cityMapping } from 'city-timezones'

export interface Cities {
  /** Those of that name, ignoring case and accents, in all of the given regions: countries, provinces or their codes. */
  find(name: string, regions: readonly string[]): readonly CityData[]
  /** Those of a country, else those of a province. */
  inRegion(region: string): readonly CityData[]
  names(): Iterable<string>
}

export function createCities(): Cities {
  const byName = new Map<string, CityData[]>()
  const add = (name: string, city: CityData): void => {
    const known = byName.get(name)
    if (known === undefined) byName.set(name, [city])
    else if (!known.includes(city)) known.push(city)
  }
  for (const city of cityMapping) {
    add(fold(city.city), city)
    add(fold(city.city_ascii), city)
  }
  return {
    find(name, regions) {
      const wanted = regions.map(fold).filter((region) => region !== '')
      return (byName.get(fold(name)) ?? [])
        .filter((city) => wanted.every((region) => regionsOf(city).includes(region)))
        .toSorted((a, b) => b.pop - a.pop)
    },
    inRegion(region) {
      const wanted = fold(region)
      const country = cityMapping.filter((city) => fold(city.country) === wanted)
      const cities = country.length > 0 ? country : cityMapping.filter((city) => fold(city.province ?? '') === wanted)
      return cities.toSorted((a, b) => b.pop - a.pop)
    },
    names: () => cityMapping.values().map((city) => city.city),
  }
}

function regionsOf(city: CityData): readonly string[] {
  const regions = [city.country, city.province, city.iso2, city.iso3, city.state_ansi]
  return regions.filter((region) => typeof region === 'string').map(fold)
}

const plain = /^[a-z ]*$/

/** Without case and accents. */
function fold(text: string): string {
  const lower = text.trim().toLowerCase()
  return plain.test(lower) ? lower : lower.normalize('NFD').replaceAll(/\p{Mn}/gu, '')
}
